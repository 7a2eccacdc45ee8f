//! The database in trouble: full, locked, slow, gone. Publishers are told to try again, nothing acknowledged is lost,
//! no place stays empty, and service comes back by itself.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use app::protocol::{DraftId, Event, EventKind};
use futures::{StreamExt, stream::FuturesUnordered};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, TransactionTrait};
use testing::{Postgres, TestDatabase};

use crate::support::{Member, TestServer, soon, start_in};

testing::for_each_database!(
    while_somebody_holds_the_database_publishers_are_told_to_try_again,
    a_slow_database_refuses_only_what_finds_no_place_to_wait,
);

/// Where each acknowledged draft is.
pub type Acked = HashMap<DraftId, u64>;

/// Tries until it is stored, as a client does.
pub async fn insists(member: &mut Member, draft: DraftId, body: &str) -> u64 {
    let trying = async {
        loop {
            if let Ok(seq) = member.tries_to_publish("lobby", draft, body).await {
                return seq;
            }
            tokio::task::yield_now().await;
        }
    };
    soon("a place", trying).await
}

/// The whole log of the lobby has no hole, and everything acknowledged is in it where its ack said, once.
pub async fn nothing_is_lost(reader: &mut Member, acked: &Acked) {
    let epoch = reader.subscribes_with("other", None, 0, true).await.epoch;
    let seen = reader.resumes("lobby", &epoch, 0).await;
    let mut events = seen.events;
    while (events.len() as u64) < seen.head {
        events.push(reader.receives_event().await);
    }
    assert!(events.iter().map(|event| event.seq).eq(1..=seen.head), "a hole");
    let places: Acked = events.iter().map(|event| (draft_of(event), event.seq)).collect();
    assert_eq!(places.len(), events.len(), "something is there twice");
    for (draft, seq) in acked {
        assert_eq!(places.get(draft), Some(seq), "an acknowledged message is where its ack said");
    }
}

fn draft_of(event: &Event) -> DraftId {
    match &event.kind {
        EventKind::Message { draft, .. } => *draft,
        _ => panic!("{event:?} is no message"),
    }
}

/// Another program that keeps everybody from writing, until this is dropped.
async fn somebody_holds(url: &str) -> DatabaseTransaction {
    let writing = sea_orm::Database::connect(url).await.unwrap().begin().await.unwrap();
    let lock = match writing.get_database_backend() {
        DbBackend::Sqlite => "UPDATE store SET epoch = epoch",
        _ => "LOCK TABLE topic, event IN EXCLUSIVE MODE",
    };
    writing.execute_unprepared(lock).await.unwrap();
    writing
}

async fn while_somebody_holds_the_database_publishers_are_told_to_try_again(place: TestDatabase) {
    let url = place.url().to_owned();
    let server = start_in(place, "").await;
    let (mut ann, mut eve) = (server.connects("Ann").await, server.connects("Eve").await);
    let (before, during) = (DraftId::fresh(), DraftId::fresh());
    let mut acked = Acked::from([(before, insists(&mut ann, before, "before").await)]);
    let lock = somebody_holds(&url).await;
    assert!(ann.tries_to_publish("lobby", during, "during").await.is_err_and(|wait| wait > 0));
    assert_eq!(server.connects("Bob").await.subscribes("lobby").await.events.len(), 1, "one can read");
    lock.rollback().await.unwrap();
    acked.insert(during, insists(&mut ann, during, "during").await);
    assert_eq!(acked[&during], 2);
    nothing_is_lost(&mut eve, &acked).await;
}

async fn a_slow_database_refuses_only_what_finds_no_place_to_wait(place: TestDatabase) {
    let url = place.url().to_owned();
    let server = start_in(place, "--commit-queue 1 --commit-patience-ms 20").await;
    let mut people = Vec::new();
    for n in 0..8 {
        people.push((server.connects(&format!("Person {n}")).await, DraftId::fresh()));
    }
    let mut lock = Some(somebody_holds(&url).await);
    let mut tries: FuturesUnordered<_> = people
        .iter_mut()
        .map(async |(person, draft)| (*draft, person.tries_to_publish("lobby", *draft, "hi").await))
        .collect();
    let mut acked = Acked::new();
    while let Some((draft, said)) = tries.next().await {
        match (said, lock.take()) {
            (Err(_), Some(lock)) => lock.rollback().await.unwrap(),
            (Err(_), None) => {}
            (Ok(seq), None) => drop(acked.insert(draft, seq)),
            (Ok(_), Some(_)) => panic!("stored while somebody held the database"),
        }
    }
    drop(tries);
    assert!(!acked.is_empty() && acked.len() < 8, "{acked:?}");
    for (person, draft) in &mut people {
        acked.insert(*draft, insists(person, *draft, "hi").await);
    }
    assert_eq!(acked.len(), 8);
    nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
}

/// Talks until the trouble is over, insisting on each message; how often it was told to try again.
async fn talks_through(server: &TestServer, over: &AtomicBool, refused: &AtomicUsize) -> Acked {
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
async fn a_postgres_that_goes_and_comes_again_costs_nothing_but_time() {
    if testing::find_postgres().is_none() {
        return;
    }
    let postgres = Postgres::start();
    let server = start_in(postgres.database(), "").await;
    let (over, refused) = (AtomicBool::new(false), AtomicUsize::new(0));
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
    let (acked, ()) = tokio::join!(talks_through(&server, &over, &refused), trouble);
    nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
    assert!(server.stops().await.in_time);
}
