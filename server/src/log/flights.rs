//! Reads under way: who asks for what is being read already waits for that.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::protocol::TopicName;
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use sea_orm::DbErr;

use super::{Page, store::Store};

/// A page of events after a position.
type Asked = (TopicName, u64, u64);
type Flight = Shared<BoxFuture<'static, Result<Page, Arc<DbErr>>>>;

/// The pages that are being read; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Flights {
    under_way: Arc<Mutex<HashMap<Asked, Flight>>>,
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
        let flight = self
            .lock()
            .entry(asked.clone())
            .or_insert_with(|| take_off(store.clone(), asked.clone()))
            .clone();
        let page = flight.clone().await;
        let mut under_way = self.lock();
        // A later flight of the same name stays.
        if under_way.get(&asked).is_some_and(|other| other.ptr_eq(&flight)) {
            under_way.remove(&asked);
        }
        page
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Asked, Flight>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take_off(store: Store, (topic, after, count): Asked) -> Flight {
    async move { store.since(&topic, after, count).await.map_err(Arc::new) }.boxed().shared()
}
