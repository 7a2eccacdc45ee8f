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

    /// Events of a topic were committed. One that changes a text changes what pages say.
    pub(super) fn committed(&self, topic: &TopicName, events: &[Event]) {
        let changes =
            |event: &Event| matches!(event.kind, EventKind::Edit { .. } | EventKind::Deletion { .. });
        if events.iter().any(changes) {
            self.forget(topic);
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

#[cfg(test)]
mod tests {
    use app::protocol::{Author, DraftId, Name, UserId};
    use clap::Parser;

    use super::*;
    use crate::{
        config::{Cli, Command},
        database::Database,
        log::{NewEvent, What},
    };

    async fn store(folder: &tempfile::TempDir) -> Store {
        let database = Database::open(&format!("sqlite://{}/x.db", folder.path().display())).await.unwrap();
        database.migrate().await.unwrap();
        let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
            panic!("chorus serves")
        };
        Store::open(database, &settings.limits).await.unwrap()
    }

    /// Does something in the lobby, as Ann, and tells of it.
    async fn does(store: &Store, flights: &Flights, what: What) {
        let author = Author { user: UserId(uuid::Uuid::nil()), name: Name::anonymous(), unverified: false };
        let event = NewEvent::new("lobby".parse().unwrap(), author, DraftId::fresh(), what);
        let appended = store.append(&mut store.pen(), vec![event]).await.unwrap();
        flights.committed(&"lobby".parse().unwrap(), &appended.events);
    }

    async fn says(store: &Store, flights: &Flights, body: &str) {
        does(store, flights, What::Message { body: body.to_owned(), reply_to: None }).await;
    }

    /// The first two events say this, and so many pages were read for it.
    async fn reads(store: &Store, flights: &Flights, says: &[&str]) -> u64 {
        let before = store.reads();
        let page = flights.since(store, &"lobby".parse().unwrap(), 0, 2).await.unwrap();
        let texts = page.events.iter().map(|event| match &event.kind {
            EventKind::Message { body, .. } => body.as_str(),
            _ => "",
        });
        assert_eq!(texts.collect::<Vec<_>>(), says);
        store.reads() - before
    }

    #[tokio::test]
    async fn a_full_page_is_read_once_for_those_who_ask_a_moment_later() {
        let (folder, flights) = (tempfile::tempdir().unwrap(), Flights::default());
        let store = store(&folder).await;
        for body in ["one", "two", "three"] {
            says(&store, &flights, body).await;
        }
        assert_eq!(reads(&store, &flights, &["one", "two"]).await, 1);
        says(&store, &flights, "four").await;
        assert_eq!(reads(&store, &flights, &["one", "two"]).await, 0);
    }

    #[tokio::test]
    async fn a_text_that_changed_is_read_anew() {
        let (folder, flights) = (tempfile::tempdir().unwrap(), Flights::default());
        let store = store(&folder).await;
        says(&store, &flights, "one").await;
        says(&store, &flights, "two").await;
        reads(&store, &flights, &["one", "two"]).await;
        let edit = What::Edit { message: 1, revision: 1, body: "best".to_owned() };
        does(&store, &flights, edit).await;
        assert_eq!(reads(&store, &flights, &["best", "two"]).await, 1);
        does(&store, &flights, What::Deletion { message: 1, revision: 3 }).await;
        assert_eq!(reads(&store, &flights, &["", "two"]).await, 1);
    }

    #[tokio::test]
    async fn a_page_with_room_is_read_anew() {
        let (folder, flights) = (tempfile::tempdir().unwrap(), Flights::default());
        let store = store(&folder).await;
        says(&store, &flights, "one").await;
        reads(&store, &flights, &["one"]).await;
        says(&store, &flights, "two").await;
        assert_eq!(reads(&store, &flights, &["one", "two"]).await, 1);
    }

    #[tokio::test]
    async fn a_read_that_a_change_overtook_is_not_handed_on() {
        let (folder, flights) = (tempfile::tempdir().unwrap(), Flights::default());
        let store = store(&folder).await;
        says(&store, &flights, "one").await;
        says(&store, &flights, "two").await;
        let topic: TopicName = "lobby".parse().unwrap();
        let early = flights.since(&store, &topic, 0, 2);
        tokio::pin!(early);
        // It has taken off, and the change is committed before it lands.
        assert!(futures::poll!(&mut early).is_pending());
        flights.forget(&topic);
        early.await.unwrap();
        assert_eq!(reads(&store, &flights, &["one", "two"]).await, 1);
    }
}
