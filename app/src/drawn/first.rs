//! What is done for the first time once the page has taken over the server's markup. Done at once, it would keep a slow phone from
//! answering for as long again as taking over takes; so it is done in parts, and in between the browser hears what people do.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use any_spawner::Executor;
use gloo_timers::future::TimeoutFuture;
use hydration_context::HydrateSharedContext;
use js_sys::Date;
use leptos::{
    prelude::*,
    tachys::{dom::body, hydration::Cursor, view::PositionState},
};

use super::Drawn;

/// How long one part takes, in milliseconds: the browser draws every 16.
const PART_MS: f64 = 8.0;

/// Something to begin with, and whose it is.
struct First {
    owner: Owner,
    is_over: Arc<AtomicBool>,
    begin: Box<dyn FnOnce()>,
}

thread_local! {
    /// What is still to be begun with, in its order; none, when things begin at once.
    static TO_COME: RefCell<Option<VecDeque<First>>> = const { RefCell::new(None) };
}

/// Takes over the server's markup, for as long as the page lives; then begins with all that was put off, then says that it is
/// `done`. It is what `leptos::mount::hydrate_body` does, with a pause after making the view, when nothing listens yet and so
/// nothing changes in it, and one after finding it in the markup.
pub(crate) async fn take_over(app: impl FnOnce() -> Drawn + 'static, done: impl FnOnce()) {
    let _ = Executor::init_wasm_bindgen();
    TO_COME.set(Some(VecDeque::new()));
    let owner = Owner::new_root(Some(Arc::new(HydrateSharedContext::new())));
    let view = owner.with(app);
    pause().await;
    let cursor = Cursor::new(body().into());
    let standing = owner.with(|| view.hydrate::<true>(&cursor, &PositionState::default()));
    pause().await;
    begin_all().await;
    std::mem::forget((owner, standing));
    done();
}

/// Begins with something: soon, while the page is being taken over, unless its owner has gone by then; or at once.
pub(super) fn begin(begin: Box<dyn FnOnce()>) {
    let at_once = TO_COME.with_borrow_mut(|to_come| match (to_come, Owner::current()) {
        (Some(to_come), Some(owner)) => {
            let is_over = Arc::new(AtomicBool::new(false));
            to_come.push_back(First { owner, is_over: Arc::clone(&is_over), begin });
            on_cleanup(move || is_over.store(true, Ordering::Relaxed));
            None
        }
        _ => Some(begin),
    });
    at_once.into_iter().for_each(|begin| begin());
}

async fn begin_all() {
    let mut began = Date::now();
    while let Some(First { owner, is_over, begin }) = next() {
        if !is_over.load(Ordering::Relaxed) {
            owner.with(begin);
            turn().await;
        }
        if Date::now() - began >= PART_MS {
            pause().await;
            began = Date::now();
        }
    }
}

/// Lets the browser hear what people do. Where nobody looks there is nothing to hear, and a pause would take a second.
async fn pause() {
    if !document().hidden() {
        TimeoutFuture::new(0).await;
    }
}

/// When there is nothing more, things begin at once from then on.
fn next() -> Option<First> {
    TO_COME.with_borrow_mut(|to_come| {
        let next = to_come.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *to_come = None;
        }
        next
    })
}

/// Lets all that waits for its turn have it: an effect runs in a turn of its own.
async fn turn() {
    let mut was_here = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut was_here, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
