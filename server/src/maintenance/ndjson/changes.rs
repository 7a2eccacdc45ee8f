//! Applies an imported change to the message that it names.
//!
//! An export that was taken up later has messages as they were before some of its edits and deletions, so the import applies those
//! that the message's row does not have yet.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Statement, Value, sea_query::OnConflict};
use uuid::Uuid;

use super::line::{EventLine, Kind};
use crate::{
    database::BoundedTransaction,
    event_log::entity::{
        event::{Model, kind},
        mention,
    },
};

const REWRITE: &str = "UPDATE event SET kind = $1, body = $2, html = $3, mentions = $4, dialect = $5, revision = $6 \
    WHERE topic_id = $7 AND seq = $8 AND kind = $9 AND COALESCE(revision, seq) < $6";
const FORGET_EDITS: &str = "UPDATE event SET body = '', html = NULL, mentions = NULL \
    WHERE topic_id = $1 AND message = $2 AND kind = $3 AND seq < $4";
const FORGET_MENTIONS: &str = "DELETE FROM mention WHERE topic_id = $1 AND seq = $2";
const REACT: &str = "INSERT INTO reaction (topic_id, message, emoji, \"user\", name, seq) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (topic_id, message, emoji, \"user\") DO NOTHING";
const UNREACT: &str =
    "DELETE FROM reaction WHERE topic_id = $1 AND message = $2 AND emoji = $3 AND \"user\" = $4";
const FORGET_REACTIONS: &str = "DELETE FROM reaction WHERE topic_id = $1 AND message = $2";

/// Applies an event whose row was inserted.
pub(in crate::maintenance) async fn apply(
    transaction: &BoundedTransaction,
    line: &EventLine,
    row: &Model,
) -> Result<(), DbErr> {
    let topic = row.topic_id;
    let message = row.message.unwrap_or_default();
    let emoji =
        || -> [Value; 4] { [topic.into(), message.into(), line.body.as_str().into(), line.author.into()] };
    match line.kind {
        Kind::Message => mention(transaction, topic, row.seq, &line.mentions).await,
        Kind::Edit if !line.body.is_empty() => {
            if rewrite(transaction, row, kind::MESSAGE).await? {
                mention(transaction, topic, message, &line.mentions).await?;
            }
            Ok(())
        }
        Kind::Deletion => {
            rewrite(transaction, row, kind::TOMBSTONE).await?;
            execute(transaction, FORGET_REACTIONS, [topic.into(), message.into()]).await.map(drop)
        }
        Kind::Reaction => {
            let person: [Value; 2] = [line.author_name.as_str().into(), line.seq.into()];
            execute(transaction, REACT, emoji().into_iter().chain(person)).await.map(drop)
        }
        Kind::RemovedReaction => execute(transaction, UNREACT, emoji()).await.map(drop),
        Kind::DeletedMessage | Kind::Edit | Kind::About => Ok(()),
    }
}

/// Gives the message the text of a later change, and removes the texts before it. Returns `false` if the message has it already.
async fn rewrite(transaction: &BoundedTransaction, change: &Model, to: i16) -> Result<bool, DbErr> {
    let message = change.message.unwrap_or_default();
    let values: [Value; 9] = [
        to.into(),
        change.body.as_str().into(),
        change.html.clone().into(),
        change.mentions.clone().into(),
        change.dialect.into(),
        change.seq.into(),
        change.topic_id.into(),
        message.into(),
        kind::MESSAGE.into(),
    ];
    let is_rewritten = execute(transaction, REWRITE, values).await? > 0;
    if is_rewritten {
        let earlier: [Value; 4] =
            [change.topic_id.into(), message.into(), kind::EDIT.into(), change.seq.into()];
        execute(transaction, FORGET_EDITS, earlier).await?;
        execute(transaction, FORGET_MENTIONS, [change.topic_id.into(), message.into()]).await?;
    }
    Ok(is_rewritten)
}

async fn mention(
    transaction: &BoundedTransaction,
    topic_id: i64,
    seq: i64,
    users: &[Uuid],
) -> Result<(), DbErr> {
    if users.is_empty() {
        return Ok(());
    }
    let row = |&user: &Uuid| mention::ActiveModel::from(mention::Model { user, topic_id, seq });
    mention::Entity::insert_many(users.iter().map(row))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Returns the number of rows that were changed.
async fn execute(
    transaction: &BoundedTransaction,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64, DbErr> {
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    Ok(transaction.execute_raw(statement).await?.rows_affected())
}
