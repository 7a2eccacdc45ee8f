//! The server's side.

use leptos::{html, prelude::NodeRef};

pub(crate) fn watch(_element: NodeRef<html::Li>, _near: impl Fn(bool) + 'static) {}

pub(crate) fn watch_size(_element: NodeRef<html::Div>, _changed: impl Fn() + 'static) {}

pub(crate) fn is_seen() -> bool {
    false
}
