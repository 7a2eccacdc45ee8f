//! The page's metadata for search engines, feed readers and link previews. Rendered by the server only, because these
//! clients run no script.

use leptos::{html, prelude::*};

/// The metadata. All addresses are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageMetadata {
    pub title: String,
    /// One or two sentences.
    pub description: String,
    /// The canonical address.
    pub url: String,
    /// The address of its Atom feed.
    pub feed: Option<String>,
    /// The address of the page with older entries.
    pub older: Option<String>,
    /// The address of the page with newer entries.
    pub newer: Option<String>,
}

/// Renders the page's [`PageMetadata`], if the server provided one.
pub(crate) fn tags() -> impl IntoView {
    use_context::<PageMetadata>().map(|metadata| {
        let PageMetadata { title, description, url, feed, older, newer } = metadata;
        let feed = feed.map(|href| {
            view! { <link rel="alternate" r#type="application/atom+xml" title=title.clone() href=href/> }
        });
        view! {
            <meta name="description" content=description.clone()/>
            <link rel="canonical" href=url.clone()/>
            {property("og:site_name", "Chorus".to_owned())}
            {property("og:type", "website".to_owned())}
            {property("og:title", title)}
            {property("og:description", description)}
            {property("og:url", url)}
            {feed}
            {older.map(|href| view! { <link rel="prev" href=href/> })}
            {newer.map(|href| view! { <link rel="next" href=href/> })}
        }
    })
}

/// A tag of the Open Graph protocol.
fn property(name: &'static str, content: String) -> impl IntoView {
    html::meta().attr("property", name).content(content)
}
