//! Drafts in the browser's database. A browser that refuses storage (private windows, a full disk) or is slow to store loses only what
//! a reload would have kept.

use std::future::Future;

use futures::{
    channel::oneshot,
    future::{Either, select},
};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use idb::Error;

use super::{
    database::{Change, all, change},
    journal::{is_jotted, jotted, strike},
    tabs::tell,
};
use crate::{model::outbox::Draft, protocol::DraftId};

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

/// Keeps a draft until [`forget`]. Returns whether the database has it now.
pub(crate) async fn keep(draft: &Draft) -> bool {
    let kept = soon(put(draft.clone())).await;
    tell();
    matches!(kept, Some(Ok(())))
}

/// Puts a new draft into the database, then strikes it from the journal, however late that is.
async fn put(draft: Draft) -> Result<(), Error> {
    let id = draft.id;
    // Another tab may have taken it from the journal and be sending it: its record says so.
    let new = |before: Option<&Draft>| before.map_or(Change::Put(draft), |_| Change::Leave);
    change(id, Box::new(new)).await?;
    strike(id);
    Ok(())
}

/// Puts a draft into the database that is in the journal only. Returns `None` when its own tab was faster and it is gone by now.
async fn recover(draft: Draft) -> Result<Option<Draft>, Error> {
    let (id, found) = (draft.id, draft.clone());
    let is_lost = move |before: Option<&Draft>| match before {
        None if is_jotted(id) => Change::Put(draft),
        _ => Change::Leave,
    };
    let before = change(id, Box::new(is_lost)).await?;
    Ok(before.or_else(|| strike(id).then_some(found)))
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
        Some(kept) if kept.is_withdrawable() => Change::Delete,
        _ => Change::Leave,
    };
    let before = change(draft.id, Box::new(taken)).await;
    // Without a database the journal is all there is.
    let was_jotted = !matches!(before, Ok(None)) && strike(draft.id);
    tell();
    match before {
        Ok(Some(kept)) if kept.is_withdrawable() => Taken::Out,
        Ok(_) => Taken::No,
        Err(_) if was_jotted => Taken::Out,
        Err(_) => Taken::NoStorage,
    }
}

/// Lets a draft go.
pub(crate) async fn forget(id: DraftId) {
    strike(id);
    soon(change(id, Box::new(|_| Change::Delete))).await;
    tell();
}

/// The drafts that are kept, in the order they were written, those that a tab left in the journal included. Returns `None` when the
/// browser does not answer.
pub(crate) async fn drafts() -> Option<Vec<Draft>> {
    // The journal first: a draft whose own tab is about to store it is found below then.
    let jotted = jotted();
    let mut drafts = soon(all()).await?.ok()?;
    for draft in jotted {
        if drafts.iter().all(|known| known.id != draft.id) {
            drafts.extend(soon(recover(draft)).await.and_then(Result::ok).flatten());
        }
    }
    drafts.sort_by_key(|draft| (draft.order, draft.id));
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
