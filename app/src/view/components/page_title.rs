use leptos::{prelude::*, text_prop::TextProp};

use crate::erased::Erase;
use leptos_meta::Title;

/// The document's title.
#[component]
pub(crate) fn PageTitle(
    /// The part before the program's name.
    text: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    view! { <Title text=as_shown(move || format!("{} · Chorus", text()))/> }.erased()
}

/// In the browser the title is reactive. The server evaluates it here, because `leptos_meta` calls the closure only
/// after other requests may have rendered on the same thread, when this page's signals are gone. `leptos_meta` also
/// does not escape the title.
fn as_shown(text: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") {
        let markup = text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        TextProp::from(markup)
    } else {
        TextProp::from(text)
    }
}
