//! The popover of a menu with its keyboard focus, and the state of the menus.

use std::sync::Arc;

use leptos::{
    ev::KeyboardEvent,
    html,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, HtmlInputElement},
};

use super::menu_keys;
use crate::{
    erased::{Derived, Erase, ErasedView, effect},
    protocol::Event,
};

/// A message's menu.
#[derive(Clone, Copy)]
pub(super) struct Menu {
    pub(super) event: RwSignal<Arc<Event>>,
    pub(super) shown: Derived<Event>,
    pub(super) mine: bool,
    pub(super) open: RwSignal<bool>,
    /// Whether it shows the search for an emoji.
    pub(super) picker: RwSignal<bool>,
    pub(super) popover: Popover,
}

/// A menu of the topic's header.
#[derive(Clone, Copy)]
pub(super) struct HeaderMenu {
    pub(super) open: RwSignal<bool>,
    pub(super) popover: Popover,
}

/// The popover of a menu, and its button.
#[derive(Clone, Copy)]
pub(super) struct Popover {
    pub(super) button: NodeRef<html::Button>,
    pub(super) choices: NodeRef<html::Div>,
}

impl Popover {
    pub(super) fn new() -> Self {
        Self { button: NodeRef::new(), choices: NodeRef::new() }
    }

    /// Shows `content` in the popover. Calls `hidden` once it is hidden, however that came about.
    pub(super) fn view(
        self,
        label: &'static str,
        hidden: impl Fn() + 'static,
        content: ErasedView,
    ) -> ErasedView {
        let toggled = move |_| {
            if !self.is_shown() {
                hidden();
            }
        };
        self.show();
        view! {
            <div
                class="choices"
                popover="auto"
                role="group"
                aria-label=label
                node_ref=self.choices
                on:toggle=toggled
                on:keydown=move |event| self.on_key(&event)
            >
                {content}
            </div>
        }
        .erased()
    }

    /// Whether the popover is mounted and shown.
    pub(super) fn is_shown(self) -> bool {
        self.choices.get_untracked().is_some_and(|choices| choices.matches(":popover-open").unwrap_or(false))
    }

    /// Closes the popover. The browser returns the focus to the button.
    pub(super) fn close(self) {
        if let Some(choices) = self.choices.get_untracked() {
            let _ = choices.hide_popover();
        }
    }

    /// Shows the popover once it is mounted, and focuses its search field or what is checked, or else the first button.
    fn show(self) {
        effect(move || {
            let Some(choices) = self.choices.get() else { return };
            // The element may not be in the document yet, and only then can be shown.
            request_animation_frame(move || {
                if let Some(button) = self.button.get_untracked() {
                    let _ = button.focus();
                }
                let _ = choices.show_popover();
                match choices.query_selector("input[type=search], [aria-checked=true]").ok().flatten() {
                    Some(field) => focus(&field),
                    None => menu_keys::focus_first(&choices),
                }
            });
        });
    }

    /// Moves the focus with the keys of menus, except in a text field.
    fn on_key(self, key: &KeyboardEvent) {
        let in_field = key.target().is_some_and(|target| target.has_type::<HtmlInputElement>());
        let has_modifier = key.alt_key() || key.ctrl_key() || key.meta_key();
        if let Some(choices) = self.choices.get_untracked()
            && !in_field
            && !has_modifier
            && menu_keys::press(&choices, &key.key())
        {
            key.prevent_default();
        }
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}
