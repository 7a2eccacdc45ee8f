//! The browser's side: listeners for the whole page, since rows come and go.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{
    ev,
    leptos_dom::helpers::TimeoutHandle,
    prelude::{document, set_timeout_with_handle, window_event_listener},
};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{AddEventListenerOptions, Element, Event, EventTarget, HtmlElement, MouseEvent, PointerEvent};

use crate::model::swipe::Movement;

const LONG_PRESS: Duration = Duration::from_millis(500);
/// Elements that use the finger themselves.
const OTHERS: &str = "a, button, input, textarea, pre, table, .menu";

/// A finger on a message.
struct Touch {
    row: HtmlElement,
    pointer: i32,
    x: i32,
    y: i32,
    movement: Movement,
    long_press: Option<TimeoutHandle>,
}

type Current = Rc<RefCell<Option<Touch>>>;

/// Calls `on_reply` with the `seq` of a message that is swiped, and opens the menu of one that is pressed for long. To be
/// called once for the page.
pub(crate) fn watch(on_reply: impl Fn(u64) + 'static) {
    let current = Current::default();
    let [begun, moved, ended, cancelled, held] = [(); 5].map(|()| current.clone());
    let _ = window_event_listener(ev::pointerdown, move |event| begin(&begun, &event));
    let _ = window_event_listener(ev::pointermove, move |event| follow(&moved, &event));
    let _ = window_event_listener(ev::pointerup, move |event| {
        let swiped = end(&ended, &event).filter(|touch| touch.movement.is_reply());
        if let Some(seq) = swiped.and_then(|touch| touch.row.id().strip_prefix('m')?.parse().ok()) {
            on_reply(seq);
        }
    });
    // The browser scrolls instead.
    let _ = window_event_listener(ev::pointercancel, move |event| drop(end(&cancelled, &event)));
    let _ = window_event_listener(ev::contextmenu, move |event| keep_menu(&held, &event));
}

fn begin(current: &Current, event: &PointerEvent) {
    // A second finger zooms.
    if let Some(touch) = current.take() {
        touch.release();
    }
    if event.pointer_type() != "touch" || !event.is_primary() {
        return;
    }
    let Some(row) = row_of(event.target()) else { return };
    let (x, y) = (event.client_x(), event.client_y());
    let pointer = event.pointer_id();
    let pressed = current.clone();
    let press = move || long_press(&pressed);
    let long_press = set_timeout_with_handle(press, LONG_PRESS).ok();
    current.replace(Some(Touch { row, pointer, x, y, movement: Movement::Rest, long_press }));
}

fn follow(current: &Current, event: &PointerEvent) {
    let mut current = current.borrow_mut();
    let Some(touch) = current.as_mut().filter(|touch| touch.pointer == event.pointer_id()) else { return };
    let (x, y) = (event.client_x() - touch.x, event.client_y() - touch.y);
    let direction = direction();
    touch.movement = touch.movement.to(x * direction, y);
    match touch.movement {
        Movement::Rest => {}
        Movement::Swipe(distance) => {
            touch.stop_long_press();
            touch.shift(distance * direction);
        }
        Movement::Other => touch.stop_long_press(),
    }
}

/// The finger is lifted. Returns its touch.
fn end(current: &Current, event: &PointerEvent) -> Option<Touch> {
    let touch = current.borrow_mut().take_if(|touch| touch.pointer == event.pointer_id())?;
    touch.release();
    Some(touch)
}

fn long_press(current: &Current) {
    let mut current = current.borrow_mut();
    let Some(touch) = current.as_mut().filter(|touch| touch.movement == Movement::Rest) else { return };
    // The finger no longer swipes.
    touch.movement = Movement::Other;
    let row = touch.row.clone();
    let pointer = touch.pointer;
    drop(current);
    let button = row.query_selector(".menu > .more").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        hold_open(&row, pointer);
        button.click();
    }
}

/// Lifting a finger outside of a popover closes it, so the finger that opens it is captured.
fn hold_open(row: &HtmlElement, pointer: i32) {
    let capture = Closure::once_into_js(move |event: Event| {
        if let Some(popover) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = popover.set_pointer_capture(pointer);
        }
    });
    let once = AddEventListenerOptions::new();
    once.set_capture(true);
    once.set_once(true);
    let _ = row.add_event_listener_with_callback_and_add_event_listener_options(
        "beforetoggle",
        capture.unchecked_ref(),
        &once,
    );
}

/// The browser's own menu would cover the message's.
fn keep_menu(current: &Current, event: &MouseEvent) {
    if current.borrow().is_some() {
        event.prevent_default();
    }
}

impl Touch {
    fn release(&self) {
        self.stop_long_press();
        self.shift(0);
    }

    fn stop_long_press(&self) {
        if let Some(timer) = &self.long_press {
            timer.clear();
        }
    }

    /// Moves the row with the finger.
    fn shift(&self, pixels: i32) {
        let style = self.row.style();
        let _ = if pixels == 0 {
            style.remove_property("translate").map(drop)
        } else {
            style.set_property("translate", &format!("{pixels}px 0"))
        };
        let _ = self.row.toggle_attribute_with_force("data-swiped", self.movement.is_reply() && pixels != 0);
    }
}

fn row_of(target: Option<EventTarget>) -> Option<HtmlElement> {
    let target: Element = target?.dyn_into().ok()?;
    if target.closest(OTHERS).ok()?.is_some() {
        return None;
    }
    target.closest(".log .message[id]:not([data-deleted])").ok()??.dyn_into().ok()
}

/// 1 where lines end at the right, or -1.
fn direction() -> i32 {
    let page = document().document_element();
    let is_rtl = page.is_some_and(|page| page.get_attribute("dir").as_deref() == Some("rtl"));
    if is_rtl { -1 } else { 1 }
}
