//! The state of the sidebar's sections. A cookie keeps it, so that the server renders a closed section closed.

use leptos::prelude::*;

use crate::{
    browser::appearance::{self, Choice},
    page_data::ClosedSections,
};

/// Which sections are closed. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Sections(RwSignal<ClosedSections>);

impl Sections {
    pub(crate) fn provide() {
        provide_context(Self(RwSignal::new(chosen())));
    }

    /// The sections of this page.
    pub(super) fn from_context() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(ClosedSections::default())))
    }

    /// Whether the favourites or the other topics are closed.
    pub(super) fn is_closed(self, is_favourites: bool) -> bool {
        let ClosedSections { favourites, topics } = self.0.get();
        if is_favourites { favourites } else { topics }
    }

    /// Opens or closes a section.
    pub(super) fn toggle(self, is_favourites: bool) {
        self.0.update(|closed| {
            let is_closed = if is_favourites { &mut closed.favourites } else { &mut closed.topics };
            *is_closed = !*is_closed;
        });
        appearance::choose(Choice::Closed, self.0.get_untracked().value());
    }

    /// Takes the cookie that was applied to a page from the offline cache.
    pub(super) fn refresh(self) {
        self.0.set(chosen());
    }
}

fn chosen() -> ClosedSections {
    ClosedSections::parse(&appearance::chosen(Choice::Closed))
}
