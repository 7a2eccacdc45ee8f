//! The browser's side. Does nothing where service workers are not available (plain HTTP, some private windows).

use js_sys::{Object, Reflect};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ServiceWorkerContainer, ServiceWorkerRegistration};

use super::NotificationContent;
use crate::browser::base_path::address;

/// Registers the worker, and calls `on_open` with the path whenever the person opens a notification in this page.
pub(crate) fn register(on_open: impl Fn(String) + 'static) {
    let Some(workers) = workers() else { return };
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(path) = Reflect::get(&event.data(), &"open".into()).ok().and_then(|path| path.as_string())
        {
            on_open(path);
        }
    });
    workers.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // Never removed: the page listens as long as it lives.
    listener.forget();
    let registration = workers.register(&address(format_args!("/sw.js")));
    spawn_local(async move {
        // If the browser refuses, the page works without a worker.
        let _ = JsFuture::from(registration).await;
    });
}

/// Whether service workers are available.
pub(crate) fn is_supported() -> bool {
    workers().is_some()
}

/// Whether the worker served this page.
pub(crate) fn controls_page() -> bool {
    workers().is_some_and(|workers| workers.controller().is_some())
}

/// Asks the worker to cache this path's page as the server renders it now.
pub(crate) fn cache_page(path: String) {
    post("keep", path.into());
}

pub(crate) fn show_notification(content: NotificationContent) {
    let NotificationContent { title, body, tag, path } = content;
    post(
        "tell",
        object(&[("title", title.into()), ("body", body.into()), ("tag", tag.into()), ("path", path.into())]),
    );
}

fn post(verb: &'static str, value: JsValue) {
    let Some(ready) = workers().and_then(|workers| workers.ready().ok()) else { return };
    spawn_local(async move {
        let registration =
            JsFuture::from(ready).await.ok().and_then(|it| it.dyn_into::<ServiceWorkerRegistration>().ok());
        if let Some(worker) = registration.and_then(|registration| registration.active()) {
            let _ = worker.post_message(&object(&[(verb, value)]));
        }
    });
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn workers() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let is_supported =
        Reflect::get(&navigator, &"serviceWorker".into()).is_ok_and(|workers| workers.is_object());
    is_supported.then(|| navigator.service_worker())
}
