//! The server's side: there is no focus.

use leptos::{
    ev::{FocusEvent, KeyboardEvent, PointerEvent},
    web_sys::Element,
};

pub(crate) fn focus_composer() {}

pub(crate) fn leave_status_line() {}

pub(crate) fn focus_message(_seq: u64) -> Option<Element> {
    None
}

pub(crate) fn focused_message() -> Option<u64> {
    None
}

pub(crate) fn step_message(_forward: bool) {}

pub(crate) fn open_menu() {}

pub(crate) fn step_control(_left: bool) -> bool {
    false
}

pub(crate) fn pointer_down(_event: &PointerEvent) {}

pub(crate) fn is_in_log() -> bool {
    false
}

pub(crate) fn is_rtl() -> bool {
    false
}

pub(crate) fn leave_gap() {}

pub(crate) fn press_topic_key(_event: &KeyboardEvent) -> bool {
    false
}

pub(crate) fn step_region(_forward: bool) {}

pub(crate) fn tab(_event: &KeyboardEvent) -> bool {
    false
}

pub(crate) fn focus_entered(_event: &FocusEvent) {}
