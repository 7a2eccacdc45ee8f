//! The browser's side: an intersection observer an element, for as long as its component lives.

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, js_sys::Array};

/// How far beyond the edge of what is seen counts as near.
const MARGIN: &str = "400px 0px";

/// Calls `near` whenever the reader comes near to the element, and once if it is near already; with whether the element
/// is below the middle of what is seen.
pub(crate) fn watch(element: NodeRef<html::Li>, near: impl Fn(bool) + 'static) {
    let near = StoredValue::new_local(std::rc::Rc::new(near));
    let watching = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let (Some(element), Some(near)) = (element.get(), near.try_get_value()) {
            watching.set_value(Watch::begin(&element, move |is_below| near(is_below)));
        }
    });
}

/// Watches until it is dropped.
struct Watch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl Watch {
    fn begin(element: &web_sys::Element, near: impl Fn(bool) + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let entries: Vec<IntersectionObserverEntry> =
                entries.iter().map(JsCast::unchecked_into).collect();
            if let Some(entry) = entries.iter().rev().find(|entry| entry.is_intersecting()) {
                near(is_below_middle(entry));
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(element.closest(".log").ok().flatten().as_ref());
        options.set_root_margin(MARGIN);
        let observer =
            IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn is_below_middle(entry: &IntersectionObserverEntry) -> bool {
    let middle = entry.root_bounds().map_or(0.0, |root| root.top() + root.height() / 2.0);
    entry.bounding_client_rect().top() > middle
}
