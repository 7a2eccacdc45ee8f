use leptos::prelude::use_context;

use super::Choice;
use crate::page_data::Appearance;

/// Returns the value of a choice; empty for the default.
pub(crate) fn chosen(choice: Choice) -> String {
    let Appearance { theme, density, closed } = use_context().unwrap_or_default();
    let value = match choice {
        Choice::Theme => theme,
        Choice::Density => density,
        Choice::Closed => closed,
    };
    value.unwrap_or_default().to_owned()
}

pub(crate) fn choose(_: Choice, _: &str) {}

pub(crate) fn apply_cookies() {}
