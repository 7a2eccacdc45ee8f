//! All pages but a topic's. The browser loads their code on demand (`wasm_split`), so that a topic's page does not
//! carry it.

#[cfg(feature = "hydrate")]
use std::cell::Cell;

use super::{Access, Directory, NotFound, Search};
#[cfg(feature = "hydrate")]
use crate::json_lite;
use crate::{
    erased::{Erase, ErasedView},
    page_data::Page,
};
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use leptos::wasm_split::SplitLoaderError;
#[cfg(feature = "hydrate")]
use serde::Deserialize;
#[cfg(feature = "hydrate")]
use serde_json::Value;

/// The code of these pages, as the browser loads it.
#[cfg(feature = "hydrate")]
#[derive(Clone, Copy)]
struct OtherPages {
    parse: fn(&Value) -> Option<Page>,
    render: RenderFn,
}

#[cfg(feature = "hydrate")]
type RenderFn = fn(Page) -> ErasedView;

#[cfg(feature = "hydrate")]
thread_local! {
    static RENDER: Cell<Option<RenderFn>> = const { Cell::new(None) };
}

/// Loads the code of these pages; must be called before [`render`]. Returns whether it was loaded.
#[cfg(feature = "hydrate")]
pub async fn load() -> bool {
    let Ok(OtherPages { parse, render }) = load_split().await else { return false };
    json_lite::set_other_page_reader(parse);
    RENDER.set(Some(render));
    true
}

/// Renders such a page, or an empty one if [`load`] was not called.
#[cfg(feature = "hydrate")]
pub(crate) fn render(page: Page) -> ErasedView {
    RENDER.get().map_or_else(|| ().erased(), |render| render(page))
}

/// Renders such a page.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn render(page: Page) -> ErasedView {
    render_here(page)
}

// The split's name, `pages`, is part of the file names that the build writes.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn load_split() -> Result<OtherPages, SplitLoaderError> {
    Ok(OTHER_PAGES)
}

/// Without the feature `split`, the main WebAssembly file holds all pages.
#[cfg(all(feature = "hydrate", not(feature = "split")))]
async fn load_split() -> Result<OtherPages, SplitLoaderError> {
    Ok(OTHER_PAGES)
}

#[cfg(feature = "hydrate")]
const OTHER_PAGES: OtherPages =
    OtherPages { parse: |json| Page::deserialize(json).ok(), render: render_here };

fn render_here(page: Page) -> ErasedView {
    match page {
        Page::Directory(page) => view! { <Directory page/> }.erased(),
        Page::Search(page) => view! { <Search page/> }.erased(),
        Page::Access(page) => view! { <Access page/> }.erased(),
        Page::NotFound | Page::Topic(_) => view! { <NotFound/> }.erased(),
    }
}
