use leptos::{prelude::*, text_prop::TextProp};

use crate::erased::Erase;
use leptos_meta::Title;

/// What the document is called.
#[component]
pub(crate) fn PageTitle(
    /// The title before the name of the program.
    text: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    view! { <Title text=as_shown(move || format!("{} · Chorus", text()))/> }.erased()
}

/// In a browser the title follows what it is made of. The server's markup has it as it is now: the library asks for it only
/// after others may have rendered on the same thread, and then finds none of this page's signals. It also writes it into
/// the markup as it is, and what somebody wrote would be markup.
fn as_shown(text: impl Fn() -> String + Send + Sync + 'static) -> TextProp {
    if cfg!(feature = "ssr") {
        let markup = text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        TextProp::from(markup)
    } else {
        TextProp::from(text)
    }
}
