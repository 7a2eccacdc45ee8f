//! What a page tells machines about itself. Only the server draws it: whoever reads it runs no script.

use leptos::{html, prelude::*};

/// What stands in a page's head for search engines, feed readers and link previews; addresses are absolute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// What the page is called.
    pub title: String,
    /// A sentence or two about it.
    pub description: String,
    /// The one address of what it shows.
    pub url: String,
    /// The address of its Atom feed.
    pub feed: Option<String>,
    /// The address of older things.
    pub older: Option<String>,
    /// The address of newer things.
    pub newer: Option<String>,
}

/// The tags of the page's [`Head`], if it has one.
pub(crate) fn tags() -> impl IntoView {
    use_context::<Head>().map(|head| {
        let Head { title, description, url, feed, older, newer } = head;
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
