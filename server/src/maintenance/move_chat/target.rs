//! The beginning and the end of a move in the database that it leads to.

use anyhow::bail;
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::table::TABLES;
use crate::database::{BoundedTransaction, Database, MOVE_TABLE};

/// Marks an empty database as the target of a move: the table holds the epoch of the chat's new topics, which no other chat has.
///
/// Errors: it holds something else than a part of the same move.
pub(super) async fn begin(target: &Database, chat: &str) -> anyhow::Result<()> {
    let transaction = target.begin().await?;
    transaction
        .execute_unprepared(&format!("CREATE TABLE IF NOT EXISTS {MOVE_TABLE} (chat text NOT NULL)"))
        .await?;
    match marked(&transaction).await? {
        Some(marked) if marked == chat => return Ok(transaction.commit().await?),
        Some(_) => bail!(
            "{} holds a part of another chat that is being moved; give an empty database",
            target.name()
        ),
        None => {}
    }
    for table in TABLES {
        if count(&transaction, &format!("SELECT COUNT(*) AS n FROM {}", table.name)).await? > 0 {
            bail!(
                "{} is not empty: its table {} has rows; give an empty database",
                target.name(),
                table.name
            );
        }
    }
    let backend = transaction.get_database_backend();
    let insert = format!("INSERT INTO {MOVE_TABLE} (chat) VALUES ($1)");
    transaction.execute_raw(Statement::from_sql_and_values(backend, insert, [chat.into()])).await?;
    Ok(transaction.commit().await?)
}

async fn marked(transaction: &BoundedTransaction) -> Result<Option<String>, DbErr> {
    let select =
        Statement::from_string(transaction.get_database_backend(), format!("SELECT chat FROM {MOVE_TABLE}"));
    let row = transaction.query_one_raw(select).await?;
    row.map(|row| row.try_get("", "chat")).transpose()
}

async fn count(transaction: &BoundedTransaction, sql: &str) -> Result<i64, DbErr> {
    let count = Statement::from_string(transaction.get_database_backend(), sql);
    let row = transaction.query_one_raw(count).await?;
    row.map_or(Ok(0), |row| row.try_get("", "n"))
}

/// Queues all messages for the search index, lets new topics have ids after those that were copied, and removes the mark.
pub(super) async fn finish(target: &Database) -> Result<(), DbErr> {
    let transaction = target.begin().await?;
    if target.is_shared() {
        let next_id = "SELECT setval(pg_get_serial_sequence('topic', 'id'), \
                       (SELECT GREATEST(COALESCE(MAX(id), 0), 1) FROM topic), EXISTS (SELECT FROM topic))";
        transaction.execute_unprepared(next_id).await?;
    } else {
        // Later messages are added to the index shortly after they are published.
        transaction.execute_unprepared("UPDATE topic SET indexed = head").await?;
    }
    let fill_all = "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, head FROM topic WHERE head > 0 \
                    ON CONFLICT (topic_id) DO UPDATE SET seq = 0, until = excluded.until";
    transaction.execute_unprepared(fill_all).await?;
    transaction.execute_unprepared(&format!("DROP TABLE {MOVE_TABLE}")).await?;
    transaction.commit().await
}
