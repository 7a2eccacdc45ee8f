//! Finds the messages in view.

use web_sys::{DomRect, Element, HtmlCollection};

/// The `seq` of the first and the last message in view. A message is in view if half of it is visible, or if it fills
/// half of the view.
pub(crate) fn messages_in_view(log: &Element) -> Option<(u64, u64)> {
    let view = log.get_bounding_client_rect();
    // Skips the rows of blocks outside of the view: asking for their position would force the browser to lay them out.
    let blocks = log.query_selector("[role=log]").ok().flatten()?.children();
    let rows = all(&blocks).filter(|block| visible_height(&block.get_bounding_client_rect(), &view) > 0.0);
    let rows = rows.flat_map(|block| all(&block.children()).collect::<Vec<_>>());
    let seen =
        rows.filter(|row| is_in_view(&row.get_bounding_client_rect(), &view)).filter_map(|row| seq(&row));
    let seen: Vec<u64> = seen.collect();
    Some((*seen.first()?, *seen.last()?))
}

fn all(elements: &HtmlCollection) -> impl Iterator<Item = Element> {
    (0..elements.length()).filter_map(|n| elements.item(n))
}

fn seq(row: &Element) -> Option<u64> {
    row.id().strip_prefix('m')?.parse().ok()
}

fn is_in_view(row: &DomRect, view: &DomRect) -> bool {
    visible_height(row, view) * 2.0 >= row.height().min(view.height())
}

/// The visible part of an element's height, in CSS pixels.
fn visible_height(element: &DomRect, view: &DomRect) -> f64 {
    element.bottom().min(view.bottom()) - element.top().max(view.top())
}
