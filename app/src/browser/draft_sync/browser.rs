//! The browser's side.

use leptos::prelude::*;

use super::ConversationSignal;
use crate::{
    browser::storage::{self, Withdrawal},
    model::outbox::{Draft, OutboxEntry, Persistence},
    protocol::DraftId,
};

/// Stores a new draft. The outbox sends it only after that.
pub(crate) async fn store(conversation: ConversationSignal, draft: Draft) {
    let persistence =
        if storage::store(&draft).await { Persistence::Stored } else { Persistence::MemoryOnly };
    conversation.try_update(|c| c.outbox.set_persistence(draft.id, persistence));
}

/// Merges the stored drafts into the outbox: those that other tabs and earlier visits wrote, and what became of them.
/// Returns whether anything changed.
pub(crate) async fn reload(conversation: ConversationSignal) -> bool {
    let stored = storage::drafts().await;
    // Notifies components only if something changed.
    let merged = conversation.try_write_untracked().map(|mut c| match stored {
        Some(drafts) => c.sync_drafts(drafts),
        None => c.recover_drafts(storage::journal_entries()),
    });
    let Some((changed, committed)) = merged else { return false };
    if changed {
        conversation.try_update(|_| ());
    }
    remove_committed(committed).await;
    changed
}

/// Marks a draft as sent in the storage before it is sent. Returns `false` if another tab has withdrawn it; then it is
/// removed here, too.
pub(crate) async fn claim(conversation: ConversationSignal, id: DraftId) -> bool {
    let entry = conversation.try_with_untracked(|c| c.outbox.get(id).cloned()).flatten();
    let claimed = match &entry {
        Some(entry) => storage::claim(&entry.draft, entry.persistence == Persistence::Stored).await,
        None => false,
    };
    if !claimed {
        conversation.try_update(|c| c.draft_removed_elsewhere(id));
    }
    claimed
}

/// Removes drafts whose events are in the log.
pub(crate) async fn remove_committed(drafts: Vec<DraftId>) {
    for id in drafts {
        storage::remove(id).await;
    }
}

/// Withdraws a draft that no tab has sent. Returns `None` if it is too late for that.
pub(crate) async fn withdraw(conversation: ConversationSignal, id: DraftId) -> Option<Draft> {
    let entry = conversation
        .try_with_untracked(|c| c.outbox.get(id).cloned())
        .flatten()
        .filter(|e| e.is_withdrawable())?;
    let is_withdrawn = match storage::withdraw(&entry.draft).await {
        Withdrawal::Done => true,
        // Only this page has the draft, and it may have sent it while the storage was being read.
        _ if entry.persistence == Persistence::MemoryOnly => {
            conversation.try_with_untracked(|c| c.outbox.get(id).is_some_and(OutboxEntry::is_withdrawable))?
        }
        _ => false,
    };
    if !is_withdrawn {
        reload(conversation).await;
        return None;
    }
    conversation.try_update(|c| c.draft_removed_elsewhere(id));
    Some(entry.draft)
}

/// Stops sending a draft that may have arrived already.
pub(crate) async fn give_up(conversation: ConversationSignal, id: DraftId) {
    conversation.try_update(|c| c.outbox.remove(id));
    storage::remove(id).await;
}

/// Stores a changed draft.
pub(crate) async fn update(conversation: ConversationSignal, draft: Draft) {
    storage::update(&draft).await;
    // A reload that was under way may have undone the change in the outbox.
    reload(conversation).await;
}
