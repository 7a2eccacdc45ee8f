//! Keeps queued events of a person out of the log who was banned or muted after a door had let them in.

use std::{collections::HashMap, sync::Arc};

use app::protocol::UserId;
use parking_lot::RwLock;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Job;
use crate::{clock::now, rights::Person};

/// The rights that the committer looks at; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Fence {
    /// People whose rights were changed by a running server and refuse something. Others were asked by a door.
    people: Arc<RwLock<HashMap<UserId, Person>>>,
    /// Held by the committer from its look at `people` until the batch is stored or has failed.
    batch: Arc<Mutex<()>>,
}

impl Fence {
    /// Sets a person's rights for events in the queue, and waits for the batch that is being stored: when this returns, nothing more is
    /// stored that these rights refuse.
    pub(crate) async fn set(&self, person: &Person) {
        let Some(user) = person.user() else { return };
        {
            let mut people = self.people.write();
            people.retain(|_, person| person.is_restricted(now()));
            if person.is_restricted(now()) {
                people.insert(user, person.clone());
            } else {
                people.remove(&user);
            }
        }
        drop(self.batch.lock().await);
    }

    /// Returns the people whose events are refused.
    pub(crate) fn people(&self) -> Vec<UserId> {
        self.people.read().keys().copied().collect()
    }

    /// To be held while a batch is checked and stored.
    pub(super) async fn enter(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.batch).lock_owned().await
    }

    /// Marks the events of a batch that their authors may not append any more. They are refused where their drafts are looked up, since the
    /// retry of a stored event gets its receipt.
    pub(super) fn mark(&self, batch: &mut [Job]) {
        let people = self.people.read();
        if people.is_empty() {
            return;
        }
        for Job { event, .. } in batch {
            let person = people.get(&event.author.user);
            event.refusal = person.and_then(|person| person.refusal(event.permission, now()));
        }
    }
}
