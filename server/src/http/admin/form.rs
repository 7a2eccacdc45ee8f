//! The fields that the forms share.

use app::{Field, i18n::AdminTexts};
use leptos::prelude::*;

use crate::rights::MAX_REASON_CHARS;

/// A choice. Each option has a value and a label.
pub(super) fn select(
    name: &'static str,
    label: &'static str,
    options: impl IntoIterator<Item = (&'static str, &'static str)>,
    chosen: &str,
) -> AnyView {
    let option = |(value, label): (&'static str, &'static str)| {
        view! { <option value=value selected=value == chosen>{label}</option> }
    };
    let options = options.into_iter().map(option).collect_view();
    let control = view! { <select name=name>{options}</select> }.into_any();
    view! { <Field label control/> }.into_any()
}

/// The field for the reason of a change.
pub(super) fn reason_field(texts: &AdminTexts, reason: &str) -> AnyView {
    let value = reason.to_owned();
    let control = view! {
        <input name="reason" dir="auto" required maxlength=MAX_REASON_CHARS.to_string() autocomplete="off" value=value/>
    }
    .into_any();
    view! { <Field label=texts.reason control/> }.into_any()
}

/// Returns a reason as it is stored, or `None` if it is missing or too long. A control character has no place in a log.
pub(super) fn parse_reason(reason: &str) -> Option<String> {
    let reason: String = without_controls(reason);
    let reason = reason.trim();
    let is_valid = !reason.is_empty() && reason.chars().count() <= MAX_REASON_CHARS;
    is_valid.then(|| reason.to_owned())
}

/// Returns a text without control characters, of which PostgreSQL refuses one.
pub(super) fn without_controls(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).collect()
}

/// The note after a redirect from a form that was accepted.
pub(super) fn saved(query: Option<&str>, texts: &AdminTexts) -> AnyView {
    let text = (query == Some("saved")).then_some(texts.saved);
    text.map(|text| view! { <p role="status">{text}</p> }).into_any()
}

/// The problem of a form.
pub(super) fn problem(text: Option<&'static str>) -> AnyView {
    text.map(|text| view! { <p class="problem" role="alert">{text}</p> }).into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_text_and_is_not_too_long() {
        assert_eq!(parse_reason(" spam\0 "), Some("spam".to_owned()));
        let longest = "é".repeat(MAX_REASON_CHARS);
        assert_eq!(parse_reason(&longest), Some(longest.clone()));
        for wrong in ["", "  ", "\n\0", format!("{longest}x").as_str()] {
            assert_eq!(parse_reason(wrong), None, "{wrong:?}");
        }
    }
}
