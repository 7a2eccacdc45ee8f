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
    journal::{is_in_journal, journal_entries, remove_from_journal},
    tabs::notify_other_tabs,
};
use crate::{model::outbox::Draft, protocol::DraftId};

/// No message waits longer for its browser's storage.
const TIMEOUT_MS: u32 = 1_000;

/// What became of a draft that somebody wants to take back.
pub(crate) enum Withdrawal {
    /// It was there and is out now: nobody sends it any more.
    Done,
    /// It is not to be had: under way, or gone.
    TooLate,
    /// The browser stores nothing, so only this page knows.
    NoStorage,
}

/// Keeps a draft until [`forget`]. Returns whether the database has it now.
pub(crate) async fn store(draft: &Draft) -> bool {
    let stored = with_timeout(insert(draft.clone())).await;
    notify_other_tabs();
    matches!(stored, Some(Ok(())))
}

/// Puts a new draft into the database, then strikes it from the journal, however late that is.
async fn insert(draft: Draft) -> Result<(), Error> {
    let id = draft.id;
    // Another tab may have taken it from the journal and be sending it: its record says so.
    let decision = |before: Option<&Draft>| before.map_or(Change::Put(draft), |_| Change::Leave);
    change(id, Box::new(decision)).await?;
    remove_from_journal(id);
    Ok(())
}

/// Puts a draft into the database that is in the journal only. Returns `None` when its own tab was faster and it is gone by now.
async fn recover(draft: Draft) -> Result<Option<Draft>, Error> {
    let id = draft.id;
    let found = draft.clone();
    let decision = move |before: Option<&Draft>| match before {
        None if is_in_journal(id) => Change::Put(draft),
        _ => Change::Leave,
    };
    let before = change(id, Box::new(decision)).await?;
    Ok(before.or_else(|| remove_from_journal(id).then_some(found)))
}

/// Keeps a draft otherwise than before, unless it was let go.
pub(crate) async fn update(draft: &Draft) {
    let now = draft.clone();
    let decision = |before: Option<&Draft>| before.map_or(Change::Leave, |_| Change::Put(now));
    with_timeout(change(draft.id, Box::new(decision))).await;
    notify_other_tabs();
}

/// Notes that a draft is about to be sent, so that no tab takes it back any more. `false` when one did already. A draft
/// that is not known to be stored is stored now.
pub(crate) async fn claim(draft: &Draft, stored: bool) -> bool {
    let attempted = draft.clone();
    let decision = move |before: Option<&Draft>| match before {
        None if stored => Change::Leave,
        _ => Change::Put(attempted),
    };
    let before = with_timeout(change(draft.id, Box::new(decision))).await;
    notify_other_tabs();
    !(stored && matches!(before, Some(Ok(None))))
}

/// Takes a draft out that no tab has tried to send: either this or [`claim`], never both. However long that takes.
pub(crate) async fn withdraw(draft: &Draft) -> Withdrawal {
    let decision = |before: Option<&Draft>| match before {
        Some(stored) if stored.is_withdrawable() => Change::Delete,
        _ => Change::Leave,
    };
    let before = change(draft.id, Box::new(decision)).await;
    // Without a database the journal is all there is.
    let was_in_journal = !matches!(before, Ok(None)) && remove_from_journal(draft.id);
    notify_other_tabs();
    match before {
        Ok(Some(stored)) if stored.is_withdrawable() => Withdrawal::Done,
        Ok(_) => Withdrawal::TooLate,
        Err(_) if was_in_journal => Withdrawal::Done,
        Err(_) => Withdrawal::NoStorage,
    }
}

/// Lets a draft go.
pub(crate) async fn remove(id: DraftId) {
    remove_from_journal(id);
    with_timeout(change(id, Box::new(|_| Change::Delete))).await;
    notify_other_tabs();
}

/// The drafts that are kept, in the order they were written, those that a tab left in the journal included. Returns `None` when the
/// browser does not answer.
pub(crate) async fn drafts() -> Option<Vec<Draft>> {
    // The journal first: a draft whose own tab is about to store it is found below then.
    let entries = journal_entries();
    let mut drafts = with_timeout(all()).await?.ok()?;
    for draft in entries {
        if drafts.iter().all(|known| known.id != draft.id) {
            drafts.extend(with_timeout(recover(draft)).await.and_then(Result::ok).flatten());
        }
    }
    drafts.sort_by_key(|draft| (draft.order, draft.id));
    Some(drafts)
}

/// The answer, if it comes soon. One that is late is still waited for, by nobody: what a browser calls back must be there.
pub(super) async fn with_timeout<T: 'static>(answer: impl Future<Output = T> + 'static) -> Option<T> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        let _ = sender.send(answer.await);
    });
    match select(receiver, TimeoutFuture::new(TIMEOUT_MS)).await {
        Either::Left((answer, _)) => answer.ok(),
        Either::Right(_) => None,
    }
}
