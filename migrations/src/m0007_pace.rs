//! Fewer writes per message. The unique index begins with the draft instead of the author, so that drafts that are made in order
//! of time (UUIDv7) are adjacent in it. SQLite's full-text index is written shortly after the messages: `indexed` is the `seq` up
//! to which a topic is indexed. PostgreSQL's is written with them.

use sea_orm_migration::prelude::*;

use crate::statements::run_on_sqlite;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Event {
    Table,
    Author,
    Draft,
}

/// Existing messages are in the full-text index or in `search_fill`. The partial index finds topics with messages that are not
/// indexed, without reading the others.
const UP: [&str; 3] = [
    "ALTER TABLE topic ADD COLUMN indexed bigint NOT NULL DEFAULT 0",
    "UPDATE topic SET indexed = head",
    "CREATE INDEX topic_unindexed ON topic (id) WHERE indexed < head",
];
/// Hands messages that are not indexed yet to `search_fill`.
const DOWN: [&str; 3] = [
    "INSERT INTO search_fill (topic_id, seq, until) SELECT id, indexed, head FROM topic WHERE indexed < head \
     ON CONFLICT (topic_id) DO UPDATE SET until = excluded.until",
    "DROP INDEX topic_unindexed",
    "ALTER TABLE topic DROP COLUMN indexed",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(unique("event_draft_author", [Event::Draft, Event::Author])).await?;
        manager.drop_index(Index::drop().name("event_author_draft").table(Event::Table).to_owned()).await?;
        run_on_sqlite(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run_on_sqlite(manager, &DOWN).await?;
        manager.create_index(unique("event_author_draft", [Event::Author, Event::Draft])).await?;
        manager.drop_index(Index::drop().name("event_draft_author").table(Event::Table).to_owned()).await
    }
}

fn unique(name: &str, columns: [Event; 2]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(Event::Table).unique();
    columns.into_iter().for_each(|column| {
        index.col(column);
    });
    index.to_owned()
}
