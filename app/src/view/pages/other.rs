//! The pages that are no topic's.

#[cfg(feature = "hydrate")]
use std::cell::Cell;

use super::{Access, Directory, NotFound, Search};
#[cfg(feature = "hydrate")]
use crate::json_lite;
use crate::{
    erased::{Draw, Drawn},
    page_data::Page,
};
use leptos::{prelude::*, wasm_split::SplitLoaderError};
use serde::Deserialize;
use serde_json::Value;

/// What a browser loads for them.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "a server has all that it draws"))]
struct Others {
    read: fn(&Value) -> Option<Page>,
    draw: Drawer,
}

type Drawer = fn(Page) -> Drawn;

#[cfg(feature = "hydrate")]
thread_local! {
    static DRAW: Cell<Option<Drawer>> = const { Cell::new(None) };
}

/// Loads what these pages need, before one is drawn. Says whether that is here.
#[cfg(feature = "hydrate")]
pub async fn load() -> bool {
    let Ok(Others { read, draw }) = others().await else { return false };
    json_lite::reads_others(read);
    DRAW.set(Some(draw));
    true
}

/// Such a page.
#[cfg(feature = "hydrate")]
pub(crate) fn draw(page: Page) -> Drawn {
    DRAW.get().map_or_else(|| ().drawn(), |draw| draw(page))
}

/// Such a page.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn draw(page: Page) -> Drawn {
    draw_here(page)
}

#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "a server has all that it draws"))]
#[leptos::wasm_split::wasm_split(pages, wasm_split_path = ::leptos::wasm_split, fallible)]
fn others() -> Result<Others, SplitLoaderError> {
    Ok(Others { read: |json| Page::deserialize(json).ok(), draw: draw_here })
}

fn draw_here(page: Page) -> Drawn {
    match page {
        Page::Directory(page) => view! { <Directory page/> }.drawn(),
        Page::Search(page) => view! { <Search page/> }.drawn(),
        Page::Access(page) => view! { <Access page/> }.drawn(),
        Page::NotFound | Page::Topic(_) => view! { <NotFound/> }.drawn(),
    }
}
