//! The browser's side: one observer for each element, disconnected with its component.

use leptos::{html, prelude::*};

use crate::erased::effect;
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{
    IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver, js_sys::Array,
};

/// The distance from the visible area that counts as near.
const ROOT_MARGIN: &str = "400px 0px";

/// Calls `on_near` whenever the element comes near the visible area, and at once if it is near already. The argument
/// tells whether the element is below the middle of the visible area.
pub(crate) fn watch_near(element: NodeRef<html::Li>, on_near: impl Fn(bool) + 'static) {
    let on_near = StoredValue::new_local(std::rc::Rc::new(on_near));
    let watch_handle = StoredValue::new_local(None);
    effect(move || {
        if let (Some(element), Some(on_near)) = (element.get(), on_near.try_get_value()) {
            watch_handle.set_value(IntersectionWatch::start(&element, move |is_below| on_near(is_below)));
        }
    });
}

/// Calls `on_resize` whenever the element or one of its children has changed its size, before that is painted.
pub(crate) fn watch_size(element: NodeRef<html::Div>, on_resize: impl Fn() + 'static) {
    let on_resize = StoredValue::new_local(std::rc::Rc::new(on_resize));
    let watch_handle = StoredValue::new_local(None);
    effect(move || {
        if let (Some(element), Some(on_resize)) = (element.get(), on_resize.try_get_value()) {
            watch_handle.set_value(ResizeWatch::start(&element, move || on_resize()));
        }
    });
}

/// Whether the page is visible and has the focus.
pub(crate) fn is_page_active() -> bool {
    let document = leptos::prelude::document();
    !document.hidden() && document.has_focus().unwrap_or(true)
}

struct ResizeWatch {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl ResizeWatch {
    fn start(element: &web_sys::Element, on_resize: impl Fn() + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(on_resize);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        let children = element.children();
        (0..children.length()).filter_map(|n| children.item(n)).for_each(|child| observer.observe(&child));
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for ResizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

struct IntersectionWatch {
    observer: IntersectionObserver,
    _callback: Closure<dyn FnMut(Array)>,
}

impl IntersectionWatch {
    fn start(element: &web_sys::Element, on_near: impl Fn(bool) + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let entries: Vec<IntersectionObserverEntry> =
                entries.iter().map(JsCast::unchecked_into).collect();
            // The latest entry is the last one.
            if let Some(entry) = entries.iter().rev().find(|entry| entry.is_intersecting()) {
                on_near(is_below_middle(entry));
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root(element.closest(".log").ok().flatten().as_ref());
        options.set_root_margin(ROOT_MARGIN);
        let observer =
            IntersectionObserver::new_with_options(callback.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for IntersectionWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn is_below_middle(entry: &IntersectionObserverEntry) -> bool {
    let middle = entry.root_bounds().map_or(0.0, |root| root.top() + root.height() / 2.0);
    entry.bounding_client_rect().top() > middle
}
