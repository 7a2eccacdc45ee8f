//! Hydrates the server's markup. Effects that are created during hydration start afterwards, and those that can wait
//! start in short slices: started all at once they would block a slow phone for as long again as hydration itself.

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

use super::{ErasedView, browser::ErasedState};

/// Time to run deferred tasks before the browser may handle input, in milliseconds: half of a frame at 60 Hz.
const SLICE_MS: f64 = 8.0;

/// The time at which a task that is scheduled during hydration runs.
pub(super) enum Schedule {
    /// Right after hydration, before the browser handles any event.
    Immediate,
    /// Later, in slices of [`SLICE_MS`].
    Deferred,
}

/// A task, with the reactive owner that it runs under. The owner may be gone by then.
struct Task {
    owner: WeakOwner,
    is_cancelled: Arc<AtomicBool>,
    run: Box<dyn FnOnce()>,
}

#[derive(Default)]
struct TaskQueues {
    immediate: VecDeque<Task>,
    deferred: VecDeque<Task>,
}

thread_local! {
    /// Tasks scheduled during hydration, in order. `None` outside of hydration, when tasks run at once.
    static TASKS: RefCell<Option<TaskQueues>> = const { RefCell::new(None) };
}

/// The page's view, made and not in the document yet.
struct PreparedView {
    context: Arc<HydrateSharedContext>,
    owner: Owner,
    view: ErasedView,
}

thread_local! {
    static PREPARED: RefCell<Option<PreparedView>> = const { RefCell::new(None) };
}

/// Makes the page's view. [`prepare`] and [`hydrate`] together are `leptos::mount::hydrate_body`, in two steps so that
/// the caller can let the browser handle input in between. Effects do not run yet, so nothing in the view changes
/// meanwhile.
pub(crate) fn prepare(app: impl FnOnce() -> ErasedView + 'static) {
    let _ = Executor::init_wasm_bindgen();
    TASKS.set(Some(TaskQueues::default()));
    let context = Arc::new(HydrateSharedContext::new());
    let owner = Owner::new_root(Some(context.clone()));
    let view = owner.with(app);
    PREPARED.set(Some(PreparedView { context, owner, view }));
}

/// Hydrates the server's markup with the prepared view, calls `on_hydrated`, and starts the scheduled tasks.
///
/// Panics if the markup differs from what the server rendered: Leptos cannot continue then, and this WebAssembly
/// instance must not be used any more.
pub(crate) fn hydrate(on_hydrated: impl FnOnce()) {
    let attach =
        |view: ErasedView| view.hydrate::<true>(&Cursor::new(body().into()), &PositionState::default());
    finish(attach, on_hydrated);
}

/// Replaces the server's markup by the prepared view. The markup stays until the whole view is built.
pub(crate) fn replace_markup(on_hydrated: impl FnOnce()) {
    let attach = |view: ErasedView| {
        let mut state = view.build();
        body().replace_children_with_node_0();
        state.mount(&body().into(), None);
        state
    };
    finish(attach, on_hydrated);
}

fn finish(attach: impl FnOnce(ErasedView) -> ErasedState, on_hydrated: impl FnOnce()) {
    let Some(PreparedView { context, owner, view }) = PREPARED.take() else { return };
    let state = owner.with(|| attach(view));
    context.hydration_complete();
    let TaskQueues { immediate, deferred } = TASKS.take().unwrap_or_default();
    on_hydrated();
    for task in immediate {
        task.run();
    }
    // The page lives until the tab closes: dropping either would unmount it.
    std::mem::forget((owner, state));
    spawn_local(async {
        yield_to_browser().await;
        run_deferred(deferred).await;
    });
}

/// Runs a task at once or, during hydration, afterwards, unless its owner is gone by then.
pub(super) fn schedule(when: Schedule, run: Box<dyn FnOnce()>) {
    let now = TASKS.with_borrow_mut(|queues| match (queues, Owner::current()) {
        (Some(queues), Some(owner)) => {
            let is_cancelled = Arc::new(AtomicBool::new(false));
            let task = Task { owner: owner.downgrade(), is_cancelled: Arc::clone(&is_cancelled), run };
            on_cleanup(move || is_cancelled.store(true, Ordering::Relaxed));
            match when {
                Schedule::Immediate => queues.immediate.push_back(task),
                Schedule::Deferred => queues.deferred.push_back(task),
            }
            None
        }
        _ => Some(run),
    });
    // Outside of the borrow: a task may schedule others.
    if let Some(run) = now {
        run();
    }
}

impl Task {
    /// Returns `false` if the task was skipped because its owner is gone.
    fn run(self) -> bool {
        let owner = self.owner.upgrade().filter(|_| !self.is_cancelled.load(Ordering::Relaxed));
        let is_wanted = owner.is_some();
        if let Some(owner) = owner {
            owner.with(self.run);
        }
        is_wanted
    }
}

async fn run_deferred(tasks: VecDeque<Task>) {
    let mut slice_start = Date::now();
    for task in tasks {
        if task.run() {
            // An effect first runs in an executor turn of its own. That turn belongs to this slice.
            yield_to_executor().await;
        }
        if Date::now() - slice_start >= SLICE_MS {
            yield_to_browser().await;
            slice_start = Date::now();
        }
    }
}

/// Lets the browser handle input. Does nothing in a hidden tab: it gets no input, and its timers fire only once a
/// second.
async fn yield_to_browser() {
    if !document().hidden() {
        TimeoutFuture::new(0).await;
    }
}

/// Lets the executor run the tasks that are ready.
async fn yield_to_executor() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
