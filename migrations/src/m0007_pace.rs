//! Writing less a message. Drafts that are made in the order of time, as UUIDs of version 7 are, come to stand beside each
//! other: the index begins with them, not with their authors. And SQLite's index of words is written a moment after the
//! messages: `indexed` says up to which `seq` a topic's are in it.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Event {
    Table,
    Author,
    Draft,
}

/// What is older is in the index, or in `search_fill`. Topics whose newest messages are not are found without looking at
/// the others.
const UP: [&str; 3] = [
    "ALTER TABLE topic ADD COLUMN indexed bigint NOT NULL DEFAULT 0",
    "UPDATE topic SET indexed = head",
    "CREATE INDEX topic_unindexed ON topic (id) WHERE indexed < head",
];
/// What was not in the index yet is filled in like what had been there before it.
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
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await?;
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

/// PostgreSQL's index of words is written with the messages.
async fn run(manager: &SchemaManager<'_>, statements: [&str; 3]) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
    }
    Ok(())
}
