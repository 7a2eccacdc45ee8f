//! Database failures: full, locked, slow, restarted. Publishers are asked to retry, no acknowledged message is lost, the log has no
//! gaps, and the service recovers by itself.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use app::protocol::{ClientFrame, CloseCode, DraftId, PROTOCOL_VERSION};
use futures::{StreamExt, stream::FuturesUnordered};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, TransactionTrait};
use testing::{Postgres, TestDatabase};

use crate::support::{
    TestServer,
    acked::{Acked, assert_nothing_is_lost, publishes_until_acked},
    encode, soon, start_in,
};

testing::for_each_database!(
    publishers_are_asked_to_retry_while_the_database_is_locked,
    a_slow_database_refuses_only_what_exceeds_the_queue,
    a_socket_whose_memberships_cannot_be_read_is_to_be_opened_again,
);

/// Takes a lock, as another program would, that blocks all writers until it is dropped.
async fn locks_database(url: &str) -> DatabaseTransaction {
    let writing = sea_orm::Database::connect(url).await.unwrap().begin().await.unwrap();
    let lock = match writing.get_database_backend() {
        DbBackend::Sqlite => "UPDATE store SET epoch = epoch",
        _ => "LOCK TABLE topic, event IN EXCLUSIVE MODE",
    };
    writing.execute_unprepared(lock).await.unwrap();
    writing
}

async fn publishers_are_asked_to_retry_while_the_database_is_locked(database: TestDatabase) {
    let url = database.url().to_owned();
    let server = start_in(database, "").await;
    let mut ann = server.connects("Ann").await;
    let mut eve = server.connects("Eve").await;
    let before = DraftId::fresh();
    let during = DraftId::fresh();
    let mut acked = Acked::from([(before, publishes_until_acked(&mut ann, before, "before").await)]);
    let lock = locks_database(&url).await;
    assert!(ann.tries_to_publish("lobby", during, "during").await.is_err_and(|wait| wait > 0));
    assert_eq!(server.connects("Bob").await.subscribes("lobby").await.events.len(), 1, "one can read");
    lock.rollback().await.unwrap();
    acked.insert(during, publishes_until_acked(&mut ann, during, "during").await);
    assert_eq!(acked[&during], 2);
    assert_nothing_is_lost(&mut eve, &acked).await;
}

async fn a_socket_whose_memberships_cannot_be_read_is_to_be_opened_again(database: TestDatabase) {
    let url = database.url().to_owned();
    let server = start_in(database, "").await;
    let other = sea_orm::Database::connect(url).await.unwrap();
    let (browser, ann) = server.connects_with_browser("Ann").await;
    ann.leaves().await;
    let hello = encode(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None });
    other.execute_unprepared("ALTER TABLE member RENAME TO member_away").await.unwrap();
    let mut refused = browser.handshake().with_v1().connects().await;
    refused.sends_text(&hello).await;
    refused.is_closed(CloseCode::Unavailable).await;
    assert!(CloseCode::should_reconnect(CloseCode::Unavailable.number()));
    other.execute_unprepared("ALTER TABLE member_away RENAME TO member").await.unwrap();
    assert_eq!(browser.connects(None).await.name.as_str(), "Ann");
}

async fn a_slow_database_refuses_only_what_exceeds_the_queue(database: TestDatabase) {
    let url = database.url().to_owned();
    let server = start_in(database, "--commit-queue 1 --commit-patience-ms 20").await;
    let mut people = Vec::new();
    for n in 0..8 {
        people.push((server.connects(&format!("Person {n}")).await, DraftId::fresh()));
    }
    let mut lock = Some(locks_database(&url).await);
    let mut tries: FuturesUnordered<_> = people
        .iter_mut()
        .map(async |(person, draft)| (*draft, person.tries_to_publish("lobby", *draft, "hi").await))
        .collect();
    let mut acked = Acked::new();
    while let Some((draft, result)) = tries.next().await {
        match (result, lock.take()) {
            (Err(_), Some(lock)) => lock.rollback().await.unwrap(),
            (Err(_), None) => {}
            (Ok(seq), None) => drop(acked.insert(draft, seq)),
            (Ok(_), Some(_)) => panic!("stored while somebody held the database"),
        }
    }
    drop(tries);
    assert!(!acked.is_empty() && acked.len() < 8, "{acked:?}");
    for (person, draft) in &mut people {
        acked.insert(*draft, publishes_until_acked(person, *draft, "hi").await);
    }
    assert_eq!(acked.len(), 8);
    assert_nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
}

/// Publishes until `over`, retrying each message. Counts the refusals.
async fn publishes_until(server: &TestServer, over: &AtomicBool, refused: &AtomicUsize) -> Acked {
    let mut ann = server.connects("Ann").await;
    let mut acked = Acked::new();
    while !over.load(Ordering::SeqCst) || acked.is_empty() {
        let draft = DraftId::fresh();
        let seq = loop {
            match ann.tries_to_publish("lobby", draft, "on and on").await {
                Ok(seq) => break seq,
                Err(_) => refused.fetch_add(1, Ordering::SeqCst),
            };
            tokio::task::yield_now().await;
        };
        acked.insert(draft, seq);
    }
    acked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_of_postgres_loses_no_acknowledged_message() {
    if testing::find_postgres().is_none() {
        return;
    }
    let postgres = Postgres::start();
    let server = start_in(postgres.database(), "").await;
    let over = AtomicBool::new(false);
    let refused = AtomicUsize::new(0);
    let ready = async || server.browser().gets("/readyz").await.status;
    let trouble = async {
        for _ in 0..2 {
            let before = refused.load(Ordering::SeqCst);
            tokio::task::block_in_place(|| postgres.stop());
            while refused.load(Ordering::SeqCst) == before {
                tokio::task::yield_now().await;
            }
            assert_eq!(ready().await, 503);
            tokio::task::block_in_place(|| postgres.restart());
            soon("readiness", async { while ready().await != 200 {} }).await;
        }
        over.store(true, Ordering::SeqCst);
    };
    let (acked, ()) = tokio::join!(publishes_until(&server, &over, &refused), trouble);
    assert_nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
    assert!(server.stops().await.in_time);
}

/// Ends a connection that waits for a lock. Returns once there was one.
async fn ends_a_waiting_connection(url: &str) {
    let other = sea_orm::Database::connect(url).await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while other.execute_unprepared(end).await.unwrap().rows_affected() == 0 {
        tokio::task::yield_now().await;
    }
    other.close().await.unwrap();
}

#[tokio::test]
async fn a_start_is_repeated_when_postgres_ends_its_connection() {
    let Some(database) = testing::postgres() else { return };
    let url = database.url().to_owned();
    let migrated = server::database::Database::open(&url).await.unwrap();
    migrated.migrate().await.unwrap();
    migrated.close().await;
    let locking = sea_orm::Database::connect(&url).await.unwrap().begin().await.unwrap();
    locking.execute_unprepared("LOCK TABLE store IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let trouble = async {
        soon("a first read of the log", ends_a_waiting_connection(&url)).await;
        locking.rollback().await.unwrap();
    };
    let (server, ()) = tokio::join!(start_in(database, ""), trouble);
    let mut ann = server.connects("Ann").await;
    assert_eq!(publishes_until_acked(&mut ann, DraftId::fresh(), "hi").await, 1);
    assert!(server.stops().await.in_time);
}
