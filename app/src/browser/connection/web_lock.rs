//! A lock of the Web Locks API: one tab holds it, the others queue.

use futures::{channel::oneshot, future::Either};
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortController;

/// Released when dropped, or when the browser closes the tab.
pub(crate) struct WebLock {
    _release: oneshot::Sender<()>,
}

impl WebLock {
    /// Waits for the lock of this name. Returns `None` if the browser has no locks (pages over plain HTTP).
    pub(crate) async fn request(name: String) -> Option<Self> {
        let (granted, grant) = oneshot::channel();
        let callback = Closure::once_into_js(move |_: JsValue| hold(granted));
        let queued = QueuedRequest::new()?;
        let answer = JsFuture::from(request(&name, &callback, &queued.0)?);
        match futures::future::select(grant, answer).await {
            Either::Left((lock, _)) => lock.ok(),
            Either::Right(_) => None,
        }
    }
}

/// The callback of the lock request. The browser holds the lock until the returned promise resolves; if the request was
/// dropped meanwhile, that is at once.
fn hold(granted: oneshot::Sender<WebLock>) -> Promise {
    let (release, released) = oneshot::channel();
    let _ = granted.send(WebLock { _release: release });
    future_to_promise(async {
        let _ = released.await;
        Ok(JsValue::UNDEFINED)
    })
}

/// `navigator.locks.request(name, {signal}, callback)`, which `web-sys` offers only as an unstable API.
fn request(name: &str, callback: &JsValue, queued: &AbortController) -> Option<Promise> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"signal".into(), &queued.signal()).ok()?;
    request.call3(&locks, &name.into(), &options, callback).ok()?.dyn_into().ok()
}

/// Cancels the request when dropped. A lock that was granted is not affected.
struct QueuedRequest(AbortController);

impl QueuedRequest {
    fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }
}

impl Drop for QueuedRequest {
    fn drop(&mut self) {
        self.0.abort();
    }
}
