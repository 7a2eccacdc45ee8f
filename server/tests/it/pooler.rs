//! A server behind a pooler that gives each transaction another session.

use app::protocol::DraftId;
use futures::future::join_all;
use server::database::{Database, DatabaseError};

use crate::support::{
    Change, Member,
    acked::{Acked, assert_nothing_is_lost, publishes_until_acked},
    bodies_of, start_in,
};

#[tokio::test]
async fn one_can_publish_edit_delete_search_and_resume_through_a_pooler() {
    let Some(database) = testing::pgbouncer() else { return };
    let server = start_in(database, "--hub-ring 1 --recent-topics 1").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    for body in ["one apple", "two pears", "three plums"] {
        ann.publishes(body).await;
    }
    ann.changes_many(&[Change::Edit(1, 1, "one cherry"), Change::Delete(2, 2)]).await;
    let mut bob = server.connects("Bob").await;
    let resumed = bob.resumes("lobby", &seen.epoch, 2).await;
    assert_eq!((resumed.head, resumed.events.len()), (5, 3));
    assert_eq!(bodies_of(&resumed.events[..1]), ["three plums"]);
    for (query, count) in [("apple", 0), ("cherry", 1), ("pears", 0), ("plums", 1)] {
        assert_eq!(bob.finds(query).await, count, "{query}");
    }
    assert!(server.stops().await.in_time);
}

/// Publishes messages one after the other, each until it is stored.
async fn publishes_in_turn(mut member: Member, count: usize) -> Acked {
    let mut acked = Acked::new();
    for n in 0..count {
        let draft = DraftId::fresh();
        acked.insert(draft, publishes_until_acked(&mut member, draft, &format!("{n}")).await);
    }
    acked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_writers_of_two_servers_lose_nothing_through_a_pooler() {
    parallel_writers_lose_nothing("default_pool_size = 3").await;
}

/// Each connection keeps its session there, as long as it is open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_writers_of_two_servers_lose_nothing_in_session_mode() {
    parallel_writers_lose_nothing("pool_mode = session").await;
}

async fn parallel_writers_lose_nothing(settings: &str) {
    let Some(database) = testing::postgres() else { return };
    let Some(pooler) = testing::PgBouncer::start(&database, settings) else { return };
    let server = start_in(pooler.database(&database), "").await;
    let other = start_in(pooler.database(&database), "").await;
    let mut writers = Vec::new();
    for n in 0..8 {
        let server = if n % 2 == 0 { &server } else { &other };
        writers.push(publishes_in_turn(server.connects(&format!("Writer {n}")).await, 20));
    }
    let acked: Acked = join_all(writers).await.into_iter().flatten().collect();
    assert_eq!(acked.len(), 160);
    for server in [&server, &other] {
        assert_nothing_is_lost(&mut server.connects("Eve").await, &acked).await;
    }
}

#[tokio::test]
async fn a_command_notices_a_server_behind_a_pooler_and_its_end() {
    let Some(database) = testing::pgbouncer() else { return };
    let url = database.unpooled_url().to_owned();
    let server = start_in(database, "").await;
    let refused = Database::open_offline(&url).await;
    assert!(matches!(refused, Err(DatabaseError::Served(_))), "{refused:?}");
    assert!(server.stops().await.in_time);
    // PostgreSQL's process ends a moment after its connection. The pooler keeps those that it lent to the server.
    while let Err(error) = Database::open_offline(&url).await.map(drop) {
        assert!(matches!(error, DatabaseError::Served(_)), "{error}");
        tokio::task::yield_now().await;
    }
}
