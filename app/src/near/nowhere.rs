//! The server's side.

use leptos::{html, prelude::NodeRef};

pub(crate) fn watch(_element: NodeRef<html::Li>, _near: impl Fn(bool) + 'static) {}
