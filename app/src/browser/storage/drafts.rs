//! Drafts in the database. If the browser refuses storage (private windows, a full disk) or is slow, only what a reload
//! would have restored is lost.

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
use crate::{
    model::outbox::Draft,
    protocol::{DraftId, insertion_sort},
};

/// The longest time that a message waits for the storage before it is sent.
const TIMEOUT_MS: u32 = 1_000;

pub(crate) enum Withdrawal {
    /// The draft was there and is removed: no tab sends it any more.
    Done,
    /// The draft is being sent, or gone.
    TooLate,
    /// The browser has no storage, so only this page has the draft.
    NoStorage,
}

/// Stores a draft until [`remove`]. Returns whether the database has it now.
pub(crate) async fn store(draft: &Draft) -> bool {
    let stored = with_timeout(insert(draft.clone())).await;
    notify_other_tabs();
    matches!(stored, Some(Ok(())))
}

/// Inserts a new draft, then removes it from the journal, however long that takes.
async fn insert(draft: Draft) -> Result<(), Error> {
    let id = draft.id;
    // Another tab may have recovered it from the journal and be sending it already: then its record must stay.
    let decision = |before: Option<&Draft>| before.map_or(Change::Put(draft), |_| Change::Leave);
    change(id, Box::new(decision)).await?;
    remove_from_journal(id);
    Ok(())
}

/// Inserts a draft that is only in the journal, because its tab closed early. Returns `None` if its own tab has
/// finished with it meanwhile.
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

/// Replaces a draft, unless it was removed.
pub(crate) async fn update(draft: &Draft) {
    let now = draft.clone();
    let decision = |before: Option<&Draft>| before.map_or(Change::Leave, |_| Change::Put(now));
    with_timeout(change(draft.id, Box::new(decision))).await;
    notify_other_tabs();
}

/// Marks a draft as sent, so that no tab withdraws it any more. Returns `false` if one already has. `stored`: whether
/// the draft is known to be in the database; otherwise it is inserted.
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

/// Removes a draft that no tab has sent. For each draft only one of this and [`claim`] succeeds. Has no timeout, as the
/// answer must be certain.
pub(crate) async fn withdraw(draft: &Draft) -> Withdrawal {
    let decision = |before: Option<&Draft>| match before {
        Some(stored) if stored.is_withdrawable() => Change::Delete,
        _ => Change::Leave,
    };
    let before = change(draft.id, Box::new(decision)).await;
    // Without a database the draft is only in the journal.
    let was_in_journal = !matches!(before, Ok(None)) && remove_from_journal(draft.id);
    notify_other_tabs();
    match before {
        Ok(Some(stored)) if stored.is_withdrawable() => Withdrawal::Done,
        Ok(_) => Withdrawal::TooLate,
        Err(_) if was_in_journal => Withdrawal::Done,
        Err(_) => Withdrawal::NoStorage,
    }
}

/// Removes a draft.
pub(crate) async fn remove(id: DraftId) {
    remove_from_journal(id);
    with_timeout(change(id, Box::new(|_| Change::Delete))).await;
    notify_other_tabs();
}

/// All stored drafts in the order they were written, including those that a closed tab left in the journal. Returns
/// `None` if the database fails or does not answer in time.
pub(crate) async fn drafts() -> Option<Vec<Draft>> {
    // The journal is read first: a draft that its own tab moves to the database meanwhile is then found there.
    let entries = journal_entries();
    let mut drafts = with_timeout(all()).await?.ok()?;
    for draft in entries {
        if drafts.iter().all(|known| known.id != draft.id) {
            // The caller then takes the journal's entries, so a slow database hides no draft.
            drafts.extend(with_timeout(recover(draft)).await?.ok()?);
        }
    }
    insertion_sort(&mut drafts, |draft, before| (draft.order, draft.id) < (before.order, before.id));
    Some(drafts)
}

/// Returns `None` after [`TIMEOUT_MS`]. The future runs to its end all the same: the browser must find its callbacks
/// alive.
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
