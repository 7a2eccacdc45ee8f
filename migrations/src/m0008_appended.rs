//! Appending in one statement, SQLite only. A row inserted into the view `appended` is inserted into `event`, and if it is the
//! newest of its topic, the topic's head is updated. A single statement is a transaction by itself and takes one round trip to
//! the connection's thread, where begin, insert, update and commit take four.
//!
//! Migrations that change `event` have to recreate the view and the trigger.

use sea_orm_migration::prelude::*;

use crate::statements::run_on_sqlite;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 16] = [
    "topic_id",
    "seq",
    "at",
    "kind",
    "author",
    "author_name",
    "unverified",
    "draft",
    "fingerprint",
    "body",
    "message",
    "revision",
    "messages",
    "reply_to",
    "html",
    "mentions",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on_sqlite(manager, &[view(), trigger()]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on_sqlite(manager, &["DROP VIEW appended"]).await
    }
}

/// The view has the table's columns, and whether a row is its topic's newest. It is never read.
fn view() -> String {
    format!("CREATE VIEW appended AS SELECT {}, 0 AS newest FROM event WHERE 0", COLUMNS.join(", "))
}

fn trigger() -> String {
    let new = COLUMNS.map(|column| format!("NEW.{column}"));
    format!(
        "CREATE TRIGGER append INSTEAD OF INSERT ON appended BEGIN \
           INSERT INTO event ({}) VALUES ({}); \
           UPDATE topic SET head = NEW.seq, messages = NEW.messages, active_at = NEW.at \
             WHERE NEW.newest AND id = NEW.topic_id; \
         END",
        COLUMNS.join(", "),
        new.join(", "),
    )
}
