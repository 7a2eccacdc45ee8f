//! The browser's side. Does nothing where service workers are not available (plain HTTP, some private windows).

use js_sys::{Object, Promise, Reflect};
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration};

use super::NotificationContent;
use crate::browser::base_path::{address, base_path};

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
    let registration = workers.register(&script());
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
    let controller = workers().and_then(|workers| workers.controller());
    // A site has perhaps another worker for all of its pages, a chat below one of its paths among them.
    controller.is_some_and(|worker| worker.script_url().ends_with(&script()))
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
    let Some(registration) = registration() else { return };
    spawn_local(async move {
        let registration = JsFuture::from(registration).await.ok();
        let registration = registration.and_then(|it| it.dyn_into::<ServiceWorkerRegistration>().ok());
        if let Some(worker) = registration.and_then(|registration| worker_of(&registration)) {
            let _ = worker.post_message(&object(&[(verb, value)]));
        }
    });
}

/// Returns the promise of this chat's registration. Below a path, `ready` may be that of the site, and registering again gives the one
/// that is there.
fn registration() -> Option<Promise> {
    let workers = workers()?;
    if base_path().is_empty() { workers.ready().ok() } else { Some(workers.register(&script())) }
}

/// Returns the active worker. Below a path, it may be about to be installed.
fn worker_of(registration: &ServiceWorkerRegistration) -> Option<ServiceWorker> {
    registration.active().or_else(|| registration.waiting()).or_else(|| registration.installing())
}

fn script() -> String {
    address(format_args!("/sw.js"))
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
