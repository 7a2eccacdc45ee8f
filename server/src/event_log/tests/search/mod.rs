//! Message search.

mod backfill;
mod deferred_index;
mod index_merge;
mod one_text;
mod pages;
mod questions;
mod removed_text;

use super::*;
use app::protocol::{Emoji, HistoryRange, SearchHit};
use time::{Duration, OffsetDateTime};
use tokio_util::sync::CancellationToken;

fn parse(query: &str) -> Search {
    Search::parse(query, None, None, 30).unwrap()
}

async fn hits(log: &Log, query: &str) -> Vec<SearchHit> {
    log.search(&everything(), &parse(query)).await.unwrap().hits
}

/// The `seq` of each hit.
async fn found(log: &Log, query: &str) -> Vec<u64> {
    hits(log, query).await.iter().map(|hit| hit.event.seq).collect()
}

async fn publish(log: &Log, bodies: &[&str]) {
    for body in bodies {
        log.append(NewMessage { draft: DraftId::fresh(), ..message_by(1, 0, body) }).await.unwrap();
    }
}

/// The `seq` of each message in the index.
async fn indexed(test_database: &TestDatabase) -> Vec<i64> {
    use sea_orm::{ConnectionTrait, Statement};
    let database = Database::open(test_database.url()).await.unwrap();
    let backend = database.read().get_database_backend();
    let table = if database.is_shared() { "search" } else { "search_entry" };
    let all = Statement::from_string(backend, format!("SELECT seq FROM {table} ORDER BY seq"));
    let rows = database.read().query_all_raw(all).await.unwrap();
    rows.iter().map(|row| row.try_get("", "seq").unwrap()).collect()
}

fn change(message: u64, action: impl Fn(u64) -> Action) -> NewEvent {
    NewEvent { action: action(message), draft: DraftId::fresh(), ..message_by(1, 0, "").into() }
}

fn edit(message: u64, revision: u64, body: &str) -> NewEvent {
    change(message, |message| Action::Edit { message, revision, body: body.to_owned() })
}

fn delete(message: u64, revision: u64) -> NewEvent {
    change(message, |message| Action::Delete { message, revision })
}
