//! How the person wants all pages to look: choices that the style sheet reads from attributes of `<html>`. Cookies keep
//! them, so that the server renders the attributes and no page appears in other colours first.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{apply_cookies, choose, chosen};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{apply_cookies, choose, chosen};

#[cfg(feature = "hydrate")]
use crate::page_data::Appearance;

/// A choice. The name of its cookie begins with that of the attribute `data-…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// `light` or `dark`; neither follows the system.
    Theme,
    /// `compact`, or none.
    Density,
    /// The sections of the sidebar that are closed: `favourites`, `topics`, `both`, or none.
    Closed,
}

#[cfg(feature = "hydrate")]
impl Choice {
    fn name(self) -> &'static str {
        match self {
            Self::Theme => Appearance::THEME,
            Self::Density => Appearance::DENSITY,
            Self::Closed => Appearance::CLOSED,
        }
    }
}
