//! Keeps queued events of a person out of the log who was banned or muted after a door had let them in.

use std::{collections::HashMap, sync::Arc};

use app::protocol::UserId;
use parking_lot::RwLock;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{AppendError, Job, NewEvent};
use crate::{
    clock::now,
    rights::{Person, Refusal},
};

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

    /// To be held while a batch is checked and stored.
    pub(super) async fn enter(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.batch).lock_owned().await
    }

    /// Removes the events from a batch that their authors may not append any more, and answers them.
    pub(super) fn refuse(&self, batch: &mut Vec<Job>) {
        let people = self.people.read();
        if people.is_empty() {
            return;
        }
        let refusal = |event: &NewEvent| -> Option<Refusal> {
            people.get(&event.author.user)?.refusal(event.permission(), now())
        };
        for job in std::mem::take(batch) {
            match refusal(&job.event) {
                Some(refusal) => drop(job.receipt.send(Err(AppendError::Denied(refusal)))),
                None => batch.push(job),
            }
        }
    }
}
