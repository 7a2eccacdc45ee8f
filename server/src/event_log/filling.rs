//! Indexing what is there at the start: topics that an older version folded otherwise, messages from before the index, and
//! messages that an older version folded otherwise. A chunk at a time, while the server serves.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use sea_orm::DbErr;

use super::{Log, store::Store};

/// Between two looks at what was said lately.
const PACE: Duration = Duration::from_secs(1);
/// Between two tries of a store that does not answer.
const AGAIN: Duration = Duration::from_secs(30);

impl Log {
    /// Fills the index until all is in it, or until it is time to go; the next start goes on from there. It does not keep
    /// the log open.
    pub fn fill_index(&self, going: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        fill(self.store.clone(), going)
    }

    /// Keeps the index up with what is said, until it is time to go: the next start goes on from there. PostgreSQL's is
    /// written with the messages. It does not keep the log open.
    pub fn keep_index(&self, going: CancellationToken) -> impl Future<Output = ()> + Send + use<> {
        keep(self.store.clone(), going)
    }
}

async fn keep(store: Store, going: CancellationToken) {
    while !store.is_shared() && !going.is_cancelled() {
        let rest = match store.index_lately().await {
            Ok(Some(_)) => continue,
            Ok(None) => PACE,
            Err(error) => {
                error!(%error, "search.index_failed");
                AGAIN
            }
        };
        let _ = tokio::time::timeout(rest, going.cancelled()).await;
    }
}

async fn fill(store: Store, going: CancellationToken) {
    let (mut folded, mut filled) = (Some(0), 0);
    while !going.is_cancelled() {
        match step(&store, &mut folded).await {
            Ok(Some(more)) => filled += more,
            Ok(None) if filled == 0 => return,
            Ok(None) => return info!(filled, "search.filled"),
            Err(error) => {
                error!(%error, "search.fill_failed");
                let _ = tokio::time::timeout(AGAIN, going.cancelled()).await;
            }
        }
    }
}

/// Topics first: they are few. Says how many messages were put into the index; none when all is done.
async fn step(store: &Store, folded: &mut Option<i64>) -> Result<Option<u64>, DbErr> {
    match *folded {
        Some(after) => {
            *folded = store.refold(after).await?;
            Ok(Some(0))
        }
        None => store.fill_index().await,
    }
}
