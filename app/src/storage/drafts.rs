//! Drafts in the browser's database. A browser that refuses storage (private windows, a full disk) or is slow to store loses only what
//! a reload would have kept.

use std::future::Future;

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use super::{
    database::{Change, all, change},
    tabs::tell,
};
use crate::{outbox::Draft, protocol::DraftId};

/// No message waits longer for its browser's storage.
const PATIENCE_MS: u32 = 1_000;

/// What became of a draft that somebody wants to take back.
pub(crate) enum Taken {
    /// It was there and is out now: nobody sends it any more.
    Out,
    /// It is not to be had: under way, or gone.
    No,
    /// The browser stores nothing, so only this page knows.
    NoStorage,
}

/// Keeps a draft until [`forget`]. Says whether it is safe now.
pub(crate) async fn keep(draft: &Draft) -> bool {
    let written = draft.clone();
    let kept = soon(change(draft.id, Box::new(|_| Change::Put(written)))).await;
    tell();
    matches!(kept, Some(Ok(_)))
}

/// Keeps a draft otherwise than before, unless it was let go.
pub(crate) async fn revise(draft: &Draft) {
    let now = draft.clone();
    let revised = |before: Option<&Draft>| before.map_or(Change::Leave, |_| Change::Put(now));
    soon(change(draft.id, Box::new(revised))).await;
    tell();
}

/// Notes that a draft is about to be sent, so that no tab takes it back any more. `false` when one did already. A draft
/// that is not known to be stored is stored now.
pub(crate) async fn claim(draft: &Draft, stored: bool) -> bool {
    let tried = draft.clone();
    let claimed = move |before: Option<&Draft>| match before {
        None if stored => Change::Leave,
        _ => Change::Put(tried),
    };
    let before = soon(change(draft.id, Box::new(claimed))).await;
    tell();
    !(stored && matches!(before, Some(Ok(None))))
}

/// Takes a draft out that no tab has tried to send: either this or [`claim`], never both. However long that takes.
pub(crate) async fn take(draft: &Draft) -> Taken {
    let taken = |before: Option<&Draft>| match before {
        Some(kept) if kept.is_free() => Change::Delete,
        _ => Change::Leave,
    };
    let before = change(draft.id, Box::new(taken)).await;
    tell();
    match before {
        Ok(Some(kept)) if kept.is_free() => Taken::Out,
        Ok(_) => Taken::No,
        Err(_) => Taken::NoStorage,
    }
}

/// Lets a draft go.
pub(crate) async fn forget(id: DraftId) {
    soon(change(id, Box::new(|_| Change::Delete))).await;
    tell();
}

/// The drafts that are kept, in the order they were written; none when the browser does not say.
pub(crate) async fn drafts() -> Option<Vec<Draft>> {
    let mut drafts = soon(all()).await?.ok()?;
    drafts.sort_by_key(|draft| (draft.place, draft.id));
    Some(drafts)
}

/// The answer, if it comes soon. One that is late is still waited for, by nobody: what a browser calls back must be there.
pub(super) async fn soon<T: 'static>(answer: impl Future<Output = T> + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        let _ = sender.send(answer.await);
    });
    match select(receiver, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((answer, _)) => answer.ok(),
        Either::Right(_) => None,
    }
}
