//! The same reads in a small history and in a long one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use app::protocol::{HistoryRange, TopicName, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::{config::Settings, event_log::Log, members::Members};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{
    fill::{self, READER},
    opened::{self, Opened},
};

/// Each is read so often, in as many topics; the table has the median.
const TRIES: u64 = 31;
/// How many topics a person's list has.
const FOLLOWED: u64 = 100;

pub(crate) fn run(topics: u64, events: u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    println!(
        "| events | topics | start | newest page | page in the middle | resume of 1000 | unread of 100 topics |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (topics, events) in [(topics.min(10), 10_000), (topics, events)] {
        let file = folder.path().join(format!("{events}.db"));
        runtime.block_on(history(&file, topics, events));
    }
    let file = folder.path().join(format!("{events}.db"));
    runtime.block_on(plans(&file));
}

async fn history(file: &Path, topics: u64, events: u64) {
    fill::fill(file, topics, events).await;
    let start = start(file).await;
    let opened = Opened::open(file).await;
    let times = times(&opened, topics, events / topics).await;
    let cells: Vec<String> = times.iter().map(|time| format!("{:.2} ms", time.as_secs_f64() * 1e3)).collect();
    println!("| {events} | {topics} | {:.0} ms | {} |", start.as_secs_f64() * 1e3, cells.join(" | "));
    opened.close().await;
}

/// Until the server could answer its first request, and all it does while it starts.
async fn start(file: &Path) -> Duration {
    let settings = Settings { database: format!("sqlite://{}", file.display()), ..opened::settings() };
    let began = Instant::now();
    let server = server::Server::open(settings).await.expect("a server");
    let took = began.elapsed();
    let (listener, now) =
        (tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port"), std::future::ready(()));
    assert!(server::run(server, listener, now).await, "it ends");
    took
}

/// How long each read takes, in the table's order.
async fn times(opened: &Opened, topics: u64, each: u64) -> [Duration; 4] {
    let log = &opened.log;
    let tracker = TaskTracker::new();
    let members = Members::open(opened.database.clone(), &opened::limits(), &tracker, |_, _| {});
    let reader = UserId(Uuid::from_u128(READER));
    // Another topic each time: what lies in memory by chance is not what is measured.
    let topic = |n: u64| fill::topic(n * 7_919 % topics);
    let tries = TRIES.min(topics);
    let middle = each / 2;
    [
        median(tries, async |n| {
            assert!(
                !log.history(&topic(n), HistoryRange::Before(u64::MAX), 30)
                    .await
                    .expect("a page")
                    .events
                    .is_empty()
            )
        })
        .await,
        median(tries, async |n| {
            assert_eq!(
                log.history(&topic(n), HistoryRange::Before(middle), 30).await.expect("a page").events.len(),
                30
            )
        })
        .await,
        median(tries, async |n| assert_resumed(log, &topic(n), each).await).await,
        median(tries, async |_| {
            let followed = members.memberships(reader).await.expect("a list");
            assert_eq!(followed.len() as u64, FOLLOWED.min(topics));
        })
        .await,
    ]
}

async fn assert_resumed(log: &Log, topic: &TopicName, each: u64) {
    let count = each.min(1_000);
    let page = log.since(topic, each - count, 1_000).await.expect("a page");
    assert_eq!(page.events.len() as u64, count);
}

async fn median(tries: u64, mut read: impl AsyncFnMut(u64)) -> Duration {
    let mut times = Vec::new();
    for n in 0..tries {
        let began = Instant::now();
        read(n).await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

/// How the database goes about what these reads ask it.
async fn plans(file: &Path) {
    let database =
        sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("a database");
    let asked = [
        (
            "newest page",
            "SELECT * FROM event WHERE topic_id = 5 AND kind IN (1, 2) AND seq < 99999 ORDER BY seq DESC LIMIT 31",
        ),
        (
            "page in the middle",
            "SELECT * FROM event WHERE topic_id = 5 AND kind IN (1, 2) AND seq < 500 ORDER BY seq DESC LIMIT 31",
        ),
        (
            "its reactions",
            "SELECT * FROM reaction WHERE topic_id = 5 AND message BETWEEN 470 AND 500 ORDER BY seq",
        ),
        (
            "resume",
            "SELECT * FROM event WHERE topic_id = 5 AND seq > 0 AND seq <= 1000 ORDER BY seq LIMIT 1000",
        ),
        (
            "a draft that was stored",
            "SELECT seq, fingerprint FROM event WHERE author = x'00' AND draft = x'00'",
        ),
        ("unread of followed topics", UNREAD),
        (
            "what is not in the index",
            "SELECT id FROM topic INDEXED BY topic_unindexed WHERE indexed < head LIMIT 1",
        ),
        ("newest topics", "SELECT * FROM topic ORDER BY active_at DESC, id DESC LIMIT 31"),
    ];
    for (name, sql) in asked {
        println!("\n{name}:");
        plan(&database, sql).await;
    }
}

/// The shape of the query that `members` makes.
const UNREAD: &str = "SELECT t.name, t.head, t.messages, COALESCE(e.messages, 0), \
    (SELECT COUNT(*) FROM mention AS x WHERE x.user = m.user AND x.topic_id = m.topic_id AND x.seq > m.read) \
    FROM member AS m JOIN topic AS t ON t.id = m.topic_id \
    LEFT JOIN event AS e ON e.topic_id = m.topic_id AND e.seq = CASE WHEN m.read > t.head THEN t.head ELSE m.read END \
    WHERE m.user = x'00' AND m.follow <> 0 ORDER BY t.name";

async fn plan(database: &DatabaseConnection, sql: &str) {
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    for row in database.query_all_raw(explain).await.expect("a plan") {
        println!("    {}", row.try_get::<String>("", "detail").expect("its text"));
    }
}
