//! The cost of a list of memberships.

use sea_orm::{DbBackend, Statement, TransactionTrait};

use super::*;

testing::for_each_database!(listing_memberships_scans_no_table,);

/// The cost of a person's list depends on its length only: the plan contains no full scan.
async fn listing_memberships_scans_no_table(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    let marks = [(topic("lobby"), 7)].into_iter().collect();
    let backend = bench.database.read().get_database_backend();
    let statement = backend.build(&store::membership_query(ANN, &marks));
    let (prefix, column) = match backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        _ => ("EXPLAIN", "QUERY PLAN"),
    };
    let explain = Statement { sql: format!("{prefix} {}", statement.sql), ..statement };
    let reading = bench.database.read().pool().begin().await.unwrap();
    if backend != DbBackend::Sqlite {
        // PostgreSQL prefers a scan for a table with one row. Without scans it shows whether an index would do.
        reading.execute_unprepared("SET LOCAL enable_seqscan = off").await.unwrap();
    }
    let rows = reading.query_all_raw(explain).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    let scans = |line: &&String| line.contains("SCAN") || line.contains("Seq Scan");
    assert_eq!(plan.iter().find(scans), None, "{plan:#?}");
    let searches = |table: &str| plan.iter().any(|line| line.contains(table));
    assert!(["member", "topic", "event", "mention"].into_iter().all(searches), "{plan:#?}");
}
