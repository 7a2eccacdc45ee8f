//! The connection that writes again and again.

use sea_orm::Value;

use super::*;

const INSERT: &str = "BEGIN IMMEDIATE; INSERT INTO word VALUES (?); INSERT INTO word VALUES (?); COMMIT";

fn insert() -> Transaction {
    Transaction::Several(INSERT.into())
}

fn pair(a: &str, b: &str) -> Vec<Value> {
    vec![Value::from(a), Value::from(b)]
}

#[tokio::test]
async fn statements_at_once_are_taken_back_as_a_whole_and_the_next_go_on() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let count = async || setting(&database, "SELECT count(*) FROM word").await;
    let mut pen = database.pen();
    pen.transact(insert(), pair("a", "b")).await.unwrap();
    // Refused by the table, and then by the language: after each, the connection or the next one writes.
    let nonsense = "BEGIN IMMEDIATE; INSERT INTO word VALUES (?); INSERT INTO none VALUES (?); COMMIT";
    for (round, wrong) in [INSERT, nonsense].into_iter().enumerate() {
        pen.transact(Transaction::Several(wrong.into()), pair(&format!("c{round}"), "a")).await.unwrap_err();
        assert!(!pen.is_held(), "whoever knows nothing of a connection lets it go");
        assert_eq!(count().await, (2 + 2 * round).to_string());
        let (d, e) = (format!("d{round}"), format!("e{round}"));
        pen.transact(insert(), pair(&d, &e)).await.unwrap();
        pen.lay_down();
        assert_eq!(count().await, (4 + 2 * round).to_string());
        database.begin().await.unwrap().commit().await.unwrap();
    }
    database.close().await;
}

#[tokio::test]
async fn whoever_writes_again_and_again_keeps_the_pen_and_lets_others_have_their_turn() {
    let place = testing::sqlite();
    let database = with_words(&place).await;
    let mut pen = database.pen();
    pen.transact(insert(), pair("a", "b")).await.unwrap();
    assert!(pen.is_held());
    let other = database.clone();
    let other = tokio::spawn(async move { other.write().execute_unprepared("DELETE FROM word").await });
    let mut round = 0;
    while !other.is_finished() {
        round += 1;
        pen.transact(insert(), pair(&format!("a{round}"), &format!("b{round}"))).await.unwrap();
    }
    assert_eq!(other.await.unwrap().unwrap().rows_affected() % 2, 0);
    pen.lay_down();
    database.write().execute_unprepared("DELETE FROM word").await.unwrap();
    database.close().await;
}
