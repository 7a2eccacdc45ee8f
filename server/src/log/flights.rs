//! Reads under way: who asks for what is being read already waits for that, and who asks for what was read a moment ago
//! gets it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use app::protocol::{Event, EventKind, TopicName};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use sea_orm::DbErr;

use super::{Page, store::Store};

/// How long a page is handed on: a crowd that comes back does not ask in the same instant.
const FRESH: Duration = Duration::from_secs(1);
/// Pages that are kept for that.
const KEPT: usize = 16;

/// A page of events after a position.
type Asked = (TopicName, u64, u64);
type Flight = Shared<BoxFuture<'static, Result<Arc<Page>, Arc<DbErr>>>>;

/// The pages that are being read; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Flights {
    field: Arc<Mutex<Field>>,
}

#[derive(Default)]
struct Field {
    /// With how many texts had changed when they took off.
    under_way: HashMap<Asked, (u64, Flight)>,
    landed: VecDeque<(Instant, Asked, Arc<Page>)>,
    /// Counts texts that changed: a read that one of them overtook is not handed on.
    changes: u64,
}

impl Flights {
    /// The oldest `count` events after a position. The read may have begun before this was asked: the page's head may be
    /// older than the log's.
    pub(super) async fn since(
        &self,
        store: &Store,
        topic: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, Arc<DbErr>> {
        let asked = (topic.clone(), after, count);
        let found = self.lock().find(&asked, store);
        let page = match found {
            Ok(page) => page,
            Err(flight) => {
                let page = flight.clone().await;
                self.lock().land(&asked, &flight, page.as_ref().ok());
                page?
            }
        };
        Ok(Arc::unwrap_or_clone(page))
    }

    /// An event was committed. One that changes a text changes what pages say.
    pub(super) fn committed(&self, event: &Event) {
        if matches!(event.kind, EventKind::Edit { .. } | EventKind::Deletion { .. }) {
            self.forget(&event.topic);
        }
    }

    /// What was read of a topic may no longer hold.
    pub(super) fn forget(&self, topic: &TopicName) {
        let mut field = self.lock();
        field.changes += 1;
        field.landed.retain(|(_, (of, ..), _)| of != topic);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Field> {
        self.field.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Field {
    /// The page, or the read that brings it.
    fn find(&mut self, asked: &Asked, store: &Store) -> Result<Arc<Page>, Flight> {
        self.landed.retain(|(at, ..)| at.elapsed() < FRESH);
        if let Some((.., page)) = self.landed.iter().find(|(_, of, _)| of == asked) {
            return Ok(Arc::clone(page));
        }
        let take_off = || (self.changes, take_off(store.clone(), asked.clone()));
        Err(self.under_way.entry(asked.clone()).or_insert_with(take_off).1.clone())
    }

    /// A page that is not full is not kept: later events belong into it.
    fn land(&mut self, asked: &Asked, flight: &Flight, page: Option<&Arc<Page>>) {
        // A later flight of the same name stays.
        if !self.under_way.get(asked).is_some_and(|(_, other)| other.ptr_eq(flight)) {
            return;
        }
        let changes = self.under_way.remove(asked).map(|(changes, _)| changes);
        let full = page.filter(|page| page.events.len() as u64 == asked.2 && changes == Some(self.changes));
        if let Some(page) = full {
            self.landed.push_back((Instant::now(), asked.clone(), Arc::clone(page)));
            if self.landed.len() > KEPT {
                self.landed.pop_front();
            }
        }
    }
}

fn take_off(store: Store, (topic, after, count): Asked) -> Flight {
    async move { store.since(&topic, after, count).await.map(Arc::new).map_err(Arc::new) }.boxed().shared()
}
