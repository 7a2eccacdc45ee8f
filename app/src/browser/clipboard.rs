//! The browser's clipboard.

/// Copies a text. Errors: the text, if the browser does not allow copying, so that it can be shown.
#[cfg(feature = "hydrate")]
pub(crate) async fn copy(text: String) -> Result<(), String> {
    if browser::write(&text).await.is_some() || browser::copy_selected(&text).is_some() {
        return Ok(());
    }
    Err(text)
}

/// Never called on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) async fn copy(text: String) -> Result<(), String> {
    Err(text)
}

/// Returns the full URL of an address.
pub(crate) fn url_of(address: &str) -> String {
    format!("{}{address}", leptos::prelude::window().location().origin().unwrap_or_default())
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, Reflect};
    use leptos::prelude::{document, window};
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{HtmlElement, HtmlTextAreaElement};

    /// Fails on pages over plain HTTP, which have no clipboard API, and if the person has denied it.
    pub(super) async fn write(text: &str) -> Option<()> {
        let navigator = window().navigator();
        let is_there =
            Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
        let written = is_there.then(|| navigator.clipboard().write_text(text))?;
        JsFuture::from(written).await.ok().map(drop)
    }

    /// Falls back to `document.execCommand('copy')`, which copies the selection. It is deprecated, and works
    /// everywhere.
    pub(super) fn copy_selected(text: &str) -> Option<()> {
        let focused = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
        let field = document().create_element("textarea").ok()?.dyn_into::<HtmlTextAreaElement>().ok()?;
        field.set_value(text);
        field.set_class_name("visually-hidden");
        document().body()?.append_child(&field).ok()?;
        field.select();
        let copied = command("copy");
        field.remove();
        if let Some(focused) = focused {
            let _ = focused.focus();
        }
        copied.then_some(())
    }

    /// `document.execCommand(name)`.
    fn command(name: &str) -> bool {
        let command = Reflect::get(&document(), &"execCommand".into()).ok();
        let command = command.and_then(|command| command.dyn_into::<Function>().ok());
        let done = command.and_then(|command| command.call1(&document(), &name.into()).ok());
        done.is_some_and(|done| done.is_truthy())
    }
}
