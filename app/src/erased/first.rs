//! Taking over the server's markup. What is done for the first time then is done in parts where it can wait: done at once, it would keep
//! a slow phone from answering for as long again as taking over takes.

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
use hydration_context::{HydrateSharedContext, SharedContext};
use js_sys::Date;
use leptos::{
    prelude::*,
    reactive::owner::WeakOwner,
    tachys::{
        dom::body,
        hydration::Cursor,
        view::{Mountable, PositionState, Render, RenderHtml},
    },
    task::spawn_local,
};

use super::{Drawn, browser::Standing};

/// How long one part takes, in milliseconds: the browser draws every 16.
const PART_MS: f64 = 8.0;

/// When something begins that is asked for while the markup is taken over.
pub(super) enum When {
    /// Before the browser hears of anything people do.
    AtOnce,
    /// A part at a time.
    InTurn,
}

/// Something to begin with, and whose it is: it may be gone by then.
struct First {
    owner: WeakOwner,
    is_over: Arc<AtomicBool>,
    begin: Box<dyn FnOnce()>,
}

#[derive(Default)]
struct ToCome {
    at_once: VecDeque<First>,
    in_turn: VecDeque<First>,
}

thread_local! {
    /// What is still to be begun with, in its order; none, when things begin as they are asked for.
    static TO_COME: RefCell<Option<ToCome>> = const { RefCell::new(None) };
}

/// The page's view, made and not in the document yet.
struct Prepared {
    context: Arc<HydrateSharedContext>,
    owner: Owner,
    view: Drawn,
}

thread_local! {
    static PREPARED: RefCell<Option<Prepared>> = const { RefCell::new(None) };
}

/// Makes the page's view. Together with [`take_over`] it is what `leptos::mount::hydrate_body` does, but for a pause that the caller
/// makes between the two: nothing listens yet, so nothing changes in it.
pub(crate) fn prepare(app: impl FnOnce() -> Drawn + 'static) {
    let _ = Executor::init_wasm_bindgen();
    TO_COME.set(Some(ToCome::default()));
    let context = Arc::new(HydrateSharedContext::new());
    let owner = Owner::new_root(Some(context.clone()));
    let view = owner.with(app);
    PREPARED.set(Some(Prepared { context, owner, view }));
}

/// Takes over the server's markup for as long as the page lives, says that it is `taken`, and begins with the rest. Panics where the
/// markup is not as the server wrote it: the library cannot go on, and nothing of this program is to be used after that.
pub(crate) fn take_over(taken: impl FnOnce()) {
    finish(|view| view.hydrate::<true>(&Cursor::new(body().into()), &PositionState::default()), taken);
}

/// Puts the page in the place of the server's markup, which stays as it is until all of the page is made.
pub(crate) fn replace(taken: impl FnOnce()) {
    let put = |view: Drawn| {
        let mut standing = view.build();
        body().replace_children_with_node_0();
        standing.mount(&body().into(), None);
        standing
    };
    finish(put, taken);
}

fn finish(stand: impl FnOnce(Drawn) -> Standing, taken: impl FnOnce()) {
    let Some(Prepared { context, owner, view }) = PREPARED.take() else { return };
    let standing = owner.with(|| stand(view));
    context.hydration_complete();
    let ToCome { at_once, in_turn } = TO_COME.take().unwrap_or_default();
    taken();
    for first in at_once {
        first.begins();
    }
    std::mem::forget((owner, standing));
    spawn_local(async {
        pause().await;
        begin_in_turn(in_turn).await;
    });
}

/// Begins with something; while the markup is taken over, only after that, and unless its owner is gone by then.
pub(super) fn begin(when: When, begin: Box<dyn FnOnce()>) {
    let now = TO_COME.with_borrow_mut(|to_come| match (to_come, Owner::current()) {
        (Some(to_come), Some(owner)) => {
            let is_over = Arc::new(AtomicBool::new(false));
            let first = First { owner: owner.downgrade(), is_over: Arc::clone(&is_over), begin };
            on_cleanup(move || is_over.store(true, Ordering::Relaxed));
            match when {
                When::AtOnce => to_come.at_once.push_back(first),
                When::InTurn => to_come.in_turn.push_back(first),
            }
            None
        }
        _ => Some(begin),
    });
    now.into_iter().for_each(|begin| begin());
}

impl First {
    /// Says whether anybody still wants it.
    fn begins(self) -> bool {
        let owner = self.owner.upgrade().filter(|_| !self.is_over.load(Ordering::Relaxed));
        let is_wanted = owner.is_some();
        if let Some(owner) = owner {
            owner.with(self.begin);
        }
        is_wanted
    }
}

async fn begin_in_turn(all: VecDeque<First>) {
    let mut began = Date::now();
    for first in all {
        if first.begins() {
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
