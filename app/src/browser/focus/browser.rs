//! The browser's side.

use std::cell::Cell;

use leptos::prelude::{document, queue_microtask};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, FocusEvent, HtmlElement, KeyboardEvent, PointerEvent};

use super::{
    FIELD_ID,
    elements::{FOCUSABLE, all, focus, focusable, is_rtl, is_scroller, is_visible},
};

/// The messages, and the links in place of parts of the log that are not loaded.
const ROWS: &str = ".log .message:not([data-pending]), .log .hole > a";
/// The message that has the focus or had it last.
const ACTIVE_ROW: &str = ".log .message[tabindex]";
/// The regions of the page, in their order.
const REGIONS: [&str; 4] = ["#topics", ".topic > header", ".log", ".composer"];

thread_local! {
    /// Whether the last key that was pressed is Tab, and may have moved the focus.
    static IS_TABBING: Cell<bool> = const { Cell::new(false) };
    /// Whether the pointer brought the focus into the log. Browsers show the focus as soon as a key is pressed, so
    /// `:focus-visible` does not tell.
    static IS_POINTED: Cell<bool> = const { Cell::new(false) };
}

/// Focuses the composer's field.
pub(crate) fn focus_composer() {
    if let Some(field) = document().get_element_by_id(FIELD_ID) {
        focus(&field);
    }
}

/// Focuses a message. Returns its row if it is loaded.
pub(crate) fn focus_message(seq: u64) -> Option<Element> {
    let row = document().get_element_by_id(&format!("m{seq}"))?;
    focus_row(&row);
    Some(row)
}

/// The `seq` of the message that has the focus, itself or in one of its links and buttons.
pub(crate) fn focused_message() -> Option<u64> {
    row_of(&document().active_element()?)?.id().strip_prefix('m')?.parse().ok()
}

/// Focuses the row below or above the one that has the focus.
pub(crate) fn step_message(forward: bool) {
    let rows = all(ROWS);
    let focused = document().active_element().and_then(|element| row_of(&element));
    let next = match focused.and_then(|row| rows.iter().position(|other| *other == row)) {
        Some(at) if forward => rows.get(at + 1),
        Some(at) => at.checked_sub(1).and_then(|before| rows.get(before)),
        None => return enter_log(),
    };
    if let Some(row) = next {
        focus_row(row);
    }
}

/// Opens the menu of the message that has the focus.
pub(crate) fn open_menu() {
    let row = document().active_element().and_then(|element| row_of(&element));
    let button = row.and_then(|row| row.query_selector(".menu > .more").ok().flatten());
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.click();
    }
}

/// Focuses the link or button of the focused message to the left or right. Before the first one, the message itself.
/// Returns whether the focus has moved. Wide code blocks and tables are stops, too; while one has the focus, the keys scroll it.
pub(crate) fn step_control(left: bool) -> bool {
    let Some(focused) = document().active_element() else { return false };
    let Some(row) = row_of(&focused).filter(|_| !is_scroller(&focused)) else { return false };
    let stops = [vec![row.clone()], focusable(&row)].concat();
    let at = stops.iter().position(|stop| *stop == focused).unwrap_or(0);
    let next = if left == is_rtl() { Some(at + 1) } else { at.checked_sub(1) };
    next.and_then(|next| stops.get(next)).inspect(|next| focus(next)).is_some()
}

/// Focuses the next or previous region of the page that is visible.
pub(crate) fn step_region(forward: bool) {
    let regions = REGIONS.map(|region| document().query_selector(region).ok().flatten().filter(is_visible));
    let focused = document().active_element();
    let is_here =
        |region: &Option<Element>| region.as_ref().is_some_and(|region| region.contains(focused.as_deref()));
    let at = regions.iter().position(is_here).unwrap_or(if forward { regions.len() - 1 } else { 0 });
    let steps = 1..=regions.len();
    let next = |step| if forward { at + step } else { at + regions.len() - step };
    // A region that is hidden does not take the focus.
    let _ =
        steps.map(next).filter_map(|at| regions[at % regions.len()].as_ref()).find(|region| enter(region));
}

/// Focuses a region. Returns whether it has the focus then.
fn enter(region: &Element) -> bool {
    match region.class_name().as_str() {
        "log" => enter_log(),
        "composer" => focus_composer(),
        _ => drop(focusable(region).first().map(focus)),
    }
    region.contains(document().active_element().as_deref())
}

/// Tab leaves the log from wherever it is, as a list is left. Returns whether it has moved the focus.
pub(crate) fn tab(event: &KeyboardEvent) -> bool {
    let is_alone = !(event.alt_key() || event.ctrl_key() || event.meta_key());
    let is_tab = event.key() == "Tab" && is_alone && !event.default_prevented();
    IS_TABBING.set(is_tab);
    if is_tab {
        IS_POINTED.set(false);
    }
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target.filter(|target| is_tab && is_stop_of_log(target)) else { return false };
    let Some(log) = target.closest(".log").ok().flatten() else { return false };
    if event.shift_key() {
        // From the log itself, the browser goes back to the element before.
        focus(&log);
        return false;
    }
    after(&log).inspect(focus).is_some()
}

/// The pointer moves the focus now, no key.
pub(crate) fn pointer_down(event: &PointerEvent) {
    IS_TABBING.set(false);
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    IS_POINTED.set(target.is_some_and(|target| target.closest(".log").ok().flatten().is_some()));
}

/// Whether the keyboard brought the focus into the log.
pub(crate) fn is_in_log() -> bool {
    let is_in_log = |element: Element| element.closest(".log").ok().flatten().is_some();
    !IS_POINTED.get() && document().active_element().is_some_and(is_in_log)
}

/// The button to reconnect goes away with the status: the composer gets its focus.
pub(crate) fn leave_status_line() {
    let is_in_line = |element: Element| element.closest(".connection").ok().flatten().is_some();
    if document().active_element().is_some_and(is_in_line) {
        focus_composer();
    }
}

/// A gap's link goes away with the gap: the message that had the focus before gets it back.
pub(crate) fn leave_gap() {
    let is_in_gap = |element: Element| element.closest(".hole").ok().flatten().is_some();
    if document().active_element().is_some_and(is_in_gap) {
        let row = document().query_selector(ACTIVE_ROW).ok().flatten();
        if let Some(stop) = row.or_else(|| document().query_selector(".log").ok().flatten()) {
            focus(&stop);
        }
    }
}

/// Where Tab brings the focus into the log from below, it goes to the message that had it last.
pub(crate) fn focus_entered(event: &FocusEvent) {
    let of = |target: Option<EventTarget>| target.and_then(|target| target.dyn_into::<Element>().ok());
    let (Some(to), Some(from)) = (of(event.target()), of(event.related_target())) else { return };
    let is_inside = |element: &Element| element.closest("[role=log]").ok().flatten().is_some();
    if IS_TABBING.get() && is_inside(&to) && !is_inside(&from) && is_stop_of_log(&to) {
        // Moving the focus now would call this handler within itself, which no closure allows.
        queue_microtask(enter_log);
    }
}

/// Focuses the message that had the focus last if it is in view, or else the last one in view.
fn enter_log() {
    let Some(log) = document().query_selector(".log").ok().flatten() else { return };
    let view = log.get_bounding_client_rect();
    let is_in_view = |row: &Element| {
        let row = row.get_bounding_client_rect();
        row.bottom() > view.top() && row.top() < view.bottom()
    };
    let active = document().query_selector(ACTIVE_ROW).ok().flatten().filter(is_in_view);
    match active.or_else(|| all(ROWS).into_iter().rev().find(is_in_view)) {
        Some(row) => focus_row(&row),
        None => focus(&log),
    }
}

/// Makes a message's row focusable, and no other one, and focuses it. A gap's link is focusable by itself.
fn focus_row(row: &Element) {
    IS_POINTED.set(false);
    if !row.matches(FOCUSABLE).unwrap_or(false) {
        for former in all(ACTIVE_ROW) {
            let _ = former.remove_attribute("tabindex");
        }
        let _ = row.set_attribute("tabindex", "-1");
    }
    focus(row);
}

/// Whether Tab leaves the log from here: from the log, its messages, their links and buttons, but not from a form or a
/// menu in it.
fn is_stop_of_log(element: &Element) -> bool {
    let is_within = |selector| element.closest(selector).ok().flatten().is_some();
    (element.class_name() == "log" || is_within("[role=log]")) && !is_within("form, [popover]")
}

/// The first focusable element behind the messages of a log.
fn after(log: &Element) -> Option<Element> {
    let rest = log.last_element_child().filter(|rest| !rest.has_attribute("role"));
    let siblings = std::iter::successors(log.next_element_sibling(), Element::next_element_sibling);
    rest.into_iter().chain(siblings).find_map(|part| {
        let is_stop = part.matches(FOCUSABLE).unwrap_or(false) && is_visible(&part);
        if is_stop { Some(part) } else { focusable(&part).into_iter().next() }
    })
}

fn row_of(element: &Element) -> Option<Element> {
    element.closest(ROWS).ok().flatten()
}
