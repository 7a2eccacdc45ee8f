//! Icons of lines, 16 units wide and high.

use leptos::{prelude::*, svg};

use crate::erased::{Erase, ErasedView};

pub(super) const BACK: &str = "M10 3 5 8l5 5";
pub(super) const BELL: &str =
    "M8 2a3.7 3.7 0 0 0-3.7 3.7v2.6L3 11h10l-1.3-2.7V5.7A3.7 3.7 0 0 0 8 2M6.6 13.2a1.5 1.5 0 0 0 2.8 0";
pub(super) const BIN: &str = "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4";
pub(super) const CHECKS: &str = "M1.5 8.5 4.5 11.5 10 5M7.5 10.5 8.5 11.5 14.5 5";
pub(super) const CHEVRON: &str = "M4.5 6.5 8 10l3.5-3.5";
pub(super) const DOT: &str = "M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5";
pub(super) const DOTS: &str = "M3 8h.01M8 8h.01M13 8h.01";
pub(super) const LINK: &str =
    "M6.5 9.5l3-3M7 4.5l1.7-1.7a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.7 1.7a3.2 3.2 0 0 1-4.5-4.5L4.5 7";
pub(super) const MAGNIFIER: &str = "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M10.3 10.3 14 14";
pub(super) const PENCIL: &str = "M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7 11.3 7";
pub(super) const PEOPLE: &str = "M6 7.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5M1.5 13.5C1.5 11 3.5 9.5 6 9.5s4.5 1.5 4.5 4M10.5 2.7a2.5 2.5 0 0 1 0 4.6M12.5 9.9c1.3.6 2 1.9 2 3.6";
pub(super) const PERSON: &str =
    "M8 7.5a2.5 2.5 0 1 0 0-5a2.5 2.5 0 0 0 0 5M3 13.5C3 11 5.2 9.5 8 9.5s5 1.5 5 4";
pub(super) const PLUS: &str = "M8 3v10M3 8h10";
pub(super) const REPLY: &str = "M6.5 3 2 7.5 6.5 12M2.5 7.5H9a5 5 0 0 1 5 5v.5";
pub(super) const SEND: &str = "M14 2 2 6.5 7 9l2.5 5zM14 2 7 9";
pub(super) const SHEETS: &str = "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3";
pub(super) const SLIDERS: &str = "M2 5h6m4 0h2M2 11h2m4 0h6M10 3v4M6 9v4";

/// An icon. A screen reader skips it.
pub(super) fn icon(path: &'static str) -> ErasedView {
    svg::svg()
        .attr("viewBox", "0 0 16 16")
        .attr("aria-hidden", "true")
        .attr("class", "icon")
        .child(svg::path().attr("d", path))
        .erased()
}
