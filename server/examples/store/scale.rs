//! Measures the same reads in a small history and in a long one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use app::protocol::{HistoryRange, UserId};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use server::{event_log::Log, members::Members, rights::Readable};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{
    open_log::{self, OpenLog},
    seed::{self, READER},
};

/// Samples of each read, in as many topics; the table shows the median.
const SAMPLES: u64 = 31;
/// The number of topics in a person's list.
const FOLLOWED_TOPICS: u64 = 100;

pub(crate) fn run(topics: u64, events: u64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    println!(
        "| events | topics | start | newest page | page in the middle | resume of 1000 | unread of 100 topics |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (topics, events) in [(topics.min(10), 10_000), (topics, events)] {
        let file = folder.path().join(format!("{events}.db"));
        runtime.block_on(measure(&file, topics, events));
    }
    let file = folder.path().join(format!("{events}.db"));
    runtime.block_on(print_plans(&file));
}

/// Prints one table row.
async fn measure(file: &Path, topics: u64, events: u64) {
    seed::seed(file, topics, events).await;
    let startup = startup_time(file).await;
    let opened = OpenLog::open(file).await;
    let times = read_times(&opened, topics, events / topics).await;
    let cells: Vec<String> = times.iter().map(|time| format!("{:.2} ms", time.as_secs_f64() * 1e3)).collect();
    println!("| {events} | {topics} | {:.0} ms | {} |", startup.as_secs_f64() * 1e3, cells.join(" | "));
    opened.close().await;
}

/// Measures the time until the server could answer its first request.
async fn startup_time(file: &Path) -> Duration {
    let mut settings = open_log::settings();
    settings.database = format!("sqlite://{}", file.display());
    let started = Instant::now();
    let server = server::Server::open(settings).await.expect("a server");
    let elapsed = started.elapsed();
    let listener = server::accept::listen((std::net::Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    let shutdown = std::future::ready(());
    assert!(server::run(server, listener, shutdown).await, "it ends");
    elapsed
}

/// Measures each read, in the order of the table.
async fn read_times(opened: &OpenLog, topics: u64, each: u64) -> [Duration; 4] {
    let log = &opened.log;
    let tracker = TaskTracker::new();
    let members = Members::open(opened.database.clone(), &open_log::limits(), &tracker, |_, _| {});
    let reader = UserId(Uuid::from_u128(READER));
    // Each sample reads another topic, so that pages cached by an earlier one do not count.
    let topic = |n: u64| Readable::unchecked(seed::topic(n * 7_919 % topics));
    let samples = SAMPLES.min(topics);
    let middle = each / 2;
    [
        median(samples, async |n| {
            assert!(
                !log.history(&topic(n), HistoryRange::Before(u64::MAX), 30)
                    .await
                    .expect("a page")
                    .events
                    .is_empty()
            )
        })
        .await,
        median(samples, async |n| {
            assert_eq!(
                log.history(&topic(n), HistoryRange::Before(middle), 30).await.expect("a page").events.len(),
                30
            )
        })
        .await,
        median(samples, async |n| assert_resumed(log, &topic(n), each).await).await,
        median(samples, async |_| {
            let followed = members.memberships(reader).await.expect("a list");
            assert_eq!(followed.len() as u64, FOLLOWED_TOPICS.min(topics));
        })
        .await,
    ]
}

async fn assert_resumed(log: &Log, topic: &Readable, each: u64) {
    let count = each.min(1_000);
    let page = log.since(topic, each - count, 1_000).await.expect("a page");
    assert_eq!(page.events.len() as u64, count);
}

async fn median(samples: u64, mut read: impl AsyncFnMut(u64)) -> Duration {
    let mut times = Vec::new();
    for n in 0..samples {
        let started = Instant::now();
        read(n).await;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

/// Prints the query plans of these reads.
async fn print_plans(file: &Path) {
    let database =
        sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("a database");
    let queries = [
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
        ("stored draft", "SELECT seq, fingerprint FROM event WHERE author = x'00' AND draft = x'00'"),
        ("unread of followed topics", UNREAD_SQL),
        (
            "topics with unindexed events",
            "SELECT id FROM topic INDEXED BY topic_unindexed WHERE indexed < head LIMIT 1",
        ),
        ("newest topics", "SELECT * FROM topic ORDER BY active_at DESC, id DESC LIMIT 31"),
    ];
    for (name, sql) in queries {
        println!("\n{name}:");
        print_plan(&database, sql).await;
    }
}

/// The shape of the query in `members`.
const UNREAD_SQL: &str = "SELECT t.name, t.head, t.messages, COALESCE(e.messages, 0), \
    (SELECT COUNT(*) FROM mention AS x WHERE x.user = m.user AND x.topic_id = m.topic_id AND x.seq > m.read) \
    FROM member AS m JOIN topic AS t ON t.id = m.topic_id \
    LEFT JOIN event AS e ON e.topic_id = m.topic_id AND e.seq = CASE WHEN m.read > t.head THEN t.head ELSE m.read END \
    WHERE m.user = x'00' AND m.follow <> 0 ORDER BY t.name";

async fn print_plan(database: &DatabaseConnection, sql: &str) {
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    for row in database.query_all_raw(explain).await.expect("a plan") {
        println!("    {}", row.try_get::<String>("", "detail").expect("its text"));
    }
}
