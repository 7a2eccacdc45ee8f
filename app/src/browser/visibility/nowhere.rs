//! The server's side.

use leptos::{html, prelude::NodeRef, web_sys::Element};

pub(crate) fn watch(_element: NodeRef<html::Li>, _near: impl Fn(bool) + 'static) {}

pub(crate) fn watch_size(_element: NodeRef<html::Div>, _changed: impl Fn() + 'static) {}

pub(crate) fn in_view(_log: &Element) -> Option<(u64, u64)> {
    None
}

pub(crate) fn is_seen() -> bool {
    false
}
