//! What a list costs.

use sea_orm::{DbBackend, Statement, TransactionTrait};

use super::*;

testing::for_each_database!(no_membership_reads_the_log,);

/// A person's list is as dear as it is long: with whatever plan, no table is read from its beginning to its end.
async fn no_membership_reads_the_log(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.says("lobby").await;
    bench.follows(ANN, "lobby", Follow::Following).await;
    let marks = [(topic("lobby"), 7)].into_iter().collect();
    let backend = bench.database.read().get_database_backend();
    let statement = backend.build(&store::places(ANN, &marks));
    let (prefix, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let explain = Statement { sql: format!("{prefix} {}", statement.sql), ..statement };
    let reading = bench.database.read().pool().begin().await.unwrap();
    if backend != DbBackend::Sqlite {
        // Of a table with one row PostgreSQL reads all there is: the question is whether it must.
        reading.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
    }
    let rows = reading.query_all_raw(explain).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    let scans = |line: &&String| line.contains("SCAN") || line.contains("Seq Scan");
    assert_eq!(plan.iter().find(scans), None, "{plan:#?}");
    let searches = |table: &str| plan.iter().any(|line| line.contains(table));
    assert!(["member", "topic", "event", "mention"].into_iter().all(searches), "{plan:#?}");
}
