//! The menus of the topic's header: a button each, and a lazily loaded popover.

use leptos::prelude::*;

use super::{
    icon::icon,
    lazy::{LazyParts, empty, lazy},
    menu::{HeaderMenu, Popover},
};
use crate::erased::{Erase, ErasedView, reactive, when};

impl HeaderMenu {
    pub(super) fn new() -> Self {
        Self { open: RwSignal::new(false), popover: Popover::new() }
    }

    /// The button, and the popover while it is open.
    pub(super) fn view(
        self,
        label: impl Fn() -> String + Send + Sync + 'static,
        path: &'static str,
        content: fn(LazyParts, Self) -> ErasedView,
    ) -> ErasedView {
        let Self { open, popover } = self;
        let label = std::sync::Arc::new(label);
        let title = std::sync::Arc::clone(&label);
        view! {
            <div class="header-menu">
                <button
                    type="button"
                    class="quiet tool"
                    aria-haspopup="menu"
                    aria-expanded=reactive(move || open.get().to_string())
                    aria-label=reactive(move || label())
                    title=reactive(move || title())
                    node_ref=popover.button
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {icon(path)}
                </button>
                {when(move || open.get(), move || lazy(move |parts| content(parts, self), empty))}
            </div>
        }
        .erased()
    }

    /// The popover around its items, and what is below them.
    pub(super) fn items(self, label: &'static str, items: ErasedView, below: ErasedView) -> ErasedView {
        let Self { open, popover } = self;
        let hidden = move || {
            open.try_set(false);
        };
        let content = view! {
            <div class="items" role="menu" aria-label=label>
                {items}
            </div>
            {below}
        };
        popover.view(label, hidden, content.erased())
    }
}
