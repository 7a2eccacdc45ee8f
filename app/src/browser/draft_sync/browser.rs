//! The browser's side.

use leptos::prelude::*;

use super::Page;
use crate::{
    browser::storage::{self, Taken},
    model::outbox::{Draft, OutboxEntry, Persistence},
    protocol::DraftId,
};

/// Takes over what an older page kept, and calls back whenever another tab changed drafts.
pub(crate) async fn watch(page: Page, changed: impl Fn() + 'static) {
    let Some(user) = page.try_with_untracked(|c| c.user) else { return };
    storage::listen(changed);
    storage::take_over(user).await;
}

/// Keeps what was written just now; then it may be sent.
pub(crate) async fn keep(page: Page, draft: Draft) {
    let kept = if storage::keep(&draft).await { Persistence::Stored } else { Persistence::MemoryOnly };
    page.try_update(|c| c.outbox.set_persistence(draft.id, kept));
}

/// Takes up what the browser keeps: what other tabs and earlier visits wrote, and what became of it.
/// Says whether anything changed.
pub(crate) async fn read(page: Page) -> bool {
    let stored = storage::drafts().await;
    // A look that finds nothing new wakes no component.
    let taken_up = page.try_write_untracked().map(|mut c| match stored {
        Some(drafts) => c.sync_drafts(drafts),
        None => c.recover_drafts(storage::jotted()),
    });
    let Some((changed, landed)) = taken_up else { return false };
    if changed {
        page.try_update(|_| ());
    }
    settle(landed).await;
    changed
}

/// Notes that a draft is about to be sent. `false` when another tab took it out: then it is gone here, too.
pub(crate) async fn claim(page: Page, id: DraftId) -> bool {
    let entry = page.try_with_untracked(|c| c.outbox.get(id).cloned()).flatten();
    let claimed = match &entry {
        Some(entry) => storage::claim(&entry.draft, entry.persistence == Persistence::Stored).await,
        None => false,
    };
    if !claimed {
        page.try_update(|c| c.draft_removed_elsewhere(id));
    }
    claimed
}

/// Lets go of drafts that the log has.
pub(crate) async fn settle(drafts: Vec<DraftId>) {
    for id in drafts {
        storage::forget(id).await;
    }
}

/// Takes a draft back that nobody has sent; none when it is too late for that.
pub(crate) async fn take(page: Page, id: DraftId) -> Option<Draft> {
    let entry =
        page.try_with_untracked(|c| c.outbox.get(id).cloned()).flatten().filter(|e| e.is_withdrawable())?;
    let out = match storage::take(&entry.draft).await {
        Taken::Out => true,
        // Only this page knows; it may have sent it while the storage was asked.
        _ if entry.persistence == Persistence::MemoryOnly => {
            page.try_with_untracked(|c| c.outbox.get(id).is_some_and(OutboxEntry::is_withdrawable))?
        }
        _ => false,
    };
    if !out {
        read(page).await;
        return None;
    }
    page.try_update(|c| c.draft_removed_elsewhere(id));
    Some(entry.draft)
}

/// Gives a draft up that may have been sent.
pub(crate) async fn give_up(page: Page, id: DraftId) {
    page.try_update(|c| c.outbox.remove(id));
    storage::forget(id).await;
}

/// Keeps a draft as it is now.
pub(crate) async fn revise(page: Page, draft: Draft) {
    storage::revise(&draft).await;
    // A look at the storage that was under way may have undone it here.
    read(page).await;
}
