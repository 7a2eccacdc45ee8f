//! The markup dialect of an event's HTML. Existing rows have none, and are rendered again when they are read.
//!
//! Migrations that change `event` have to recreate the view and the trigger of `m0008_appended`.

use sea_orm_migration::prelude::*;

use crate::statements::{run, run_on_sqlite};

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
        drop_view(manager).await?;
        run(manager, &["ALTER TABLE event ADD COLUMN dialect smallint"]).await?;
        let columns: Vec<&str> = COLUMNS.into_iter().chain(["dialect"]).collect();
        create_view(manager, &columns).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_view(manager).await?;
        run(manager, &["ALTER TABLE event DROP COLUMN dialect"]).await?;
        create_view(manager, &COLUMNS).await
    }
}

async fn drop_view(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Dropping the view drops its trigger as well.
    run_on_sqlite(manager, &["DROP VIEW appended"]).await
}

async fn create_view(manager: &SchemaManager<'_>, columns: &[&str]) -> Result<(), DbErr> {
    let list = columns.join(", ");
    let new: Vec<String> = columns.iter().map(|column| format!("NEW.{column}")).collect();
    let new = new.join(", ");
    let view = format!("CREATE VIEW appended AS SELECT {list}, 0 AS newest FROM event WHERE 0");
    let trigger = format!(
        "CREATE TRIGGER append INSTEAD OF INSERT ON appended BEGIN \
           INSERT INTO event ({list}) VALUES ({new}); \
           UPDATE topic SET head = NEW.seq, messages = NEW.messages, active_at = NEW.at \
             WHERE NEW.newest AND id = NEW.topic_id; \
         END"
    );
    run_on_sqlite(manager, &[view, trigger]).await
}
