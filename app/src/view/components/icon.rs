use leptos::{prelude::*, svg};

/// An icon of lines, 16 units wide and high. A screen reader skips it.
pub(super) fn icon(path: &'static str) -> impl IntoView {
    svg::svg()
        .attr("viewBox", "0 0 16 16")
        .attr("aria-hidden", "true")
        .attr("class", "icon")
        .child(svg::path().attr("d", path))
}
