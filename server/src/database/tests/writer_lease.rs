//! Transactions through a writer lease.

use std::time::Duration;

use sea_orm::Value;

use super::*;

const INSERT: &str = "BEGIN IMMEDIATE; INSERT INTO word VALUES (?); INSERT INTO word VALUES (?); COMMIT";

fn insert() -> TransactionSql {
    TransactionSql::Script(INSERT.into())
}

fn pair(a: &str, b: &str) -> Vec<Value> {
    vec![Value::from(a), Value::from(b)]
}

#[tokio::test]
async fn a_failed_script_is_rolled_back_as_a_whole_and_the_next_one_succeeds() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let count = async || query_value(&database, "SELECT count(*) FROM word").await;
    let mut lease = database.writer_lease();
    lease.transact(insert(), pair("a", "b")).await.unwrap();
    // First a unique violation, then a missing table. Afterwards this connection, or the one that replaces it, can write.
    let no_such_table = "BEGIN IMMEDIATE; INSERT INTO word VALUES (?); INSERT INTO none VALUES (?); COMMIT";
    for (round, failing) in [INSERT, no_such_table].into_iter().enumerate() {
        lease
            .transact(TransactionSql::Script(failing.into()), pair(&format!("c{round}"), "a"))
            .await
            .unwrap_err();
        assert!(!lease.is_held(), "a connection in an unknown state is returned");
        assert_eq!(count().await, (2 + 2 * round).to_string());
        lease.transact(insert(), pair(&format!("d{round}"), &format!("e{round}"))).await.unwrap();
        lease.release();
        assert_eq!(count().await, (4 + 2 * round).to_string());
        database.begin().await.unwrap().commit().await.unwrap();
    }
    database.close().await;
}

#[tokio::test]
async fn a_busy_writer_keeps_the_lease_and_lets_other_writers_have_their_turn() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let mut lease = database.writer_lease();
    lease.set_max_hold(Duration::from_secs(3_600));
    lease.transact(insert(), pair("a", "b")).await.unwrap();
    assert!(lease.is_held());
    lease.set_max_hold(Duration::from_millis(5));
    let other = database.clone();
    let other = tokio::spawn(async move { other.write().execute_unprepared("DELETE FROM word").await });
    let mut round = 0;
    while !other.is_finished() {
        round += 1;
        lease.transact(insert(), pair(&format!("a{round}"), &format!("b{round}"))).await.unwrap();
    }
    assert_eq!(other.await.unwrap().unwrap().rows_affected() % 2, 0);
    lease.release();
    database.write().execute_unprepared("DELETE FROM word").await.unwrap();
    database.close().await;
}

#[tokio::test]
async fn events_wait_for_one_other_writer_at_most() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let first = database.begin().await.unwrap();
    let done = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let write = |name: &'static str, is_append: bool| {
        let database = database.clone();
        let done = Arc::clone(&done);
        async move {
            let begin =
                async { if is_append { database.begin_append().await } else { database.begin().await } };
            let transaction = begin.await.unwrap();
            done.lock().push(name);
            transaction.commit().await.unwrap();
        }
    };
    let mut writes: Vec<_> = (0..5).map(|_| Box::pin(write("session", false))).collect();
    for write in &mut writes {
        assert!(futures::poll!(write.as_mut()).is_pending());
    }
    let mut append = Box::pin(write("event", true));
    assert!(futures::poll!(append.as_mut()).is_pending());
    first.commit().await.unwrap();
    futures::future::join(append, futures::future::join_all(writes)).await;
    let at = done.lock().iter().position(|name| *name == "event").unwrap();
    assert!(at <= 1, "{:?}", done.lock());
    database.close().await;
}
