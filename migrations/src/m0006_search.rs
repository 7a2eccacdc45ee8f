//! The words of messages, to find them by. What is there already is put in by the server while it serves: how far it has
//! come in each topic stands in `search_fill`, which is empty when it is done.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum SearchFill {
    Table,
    TopicId,
    Seq,
    Until,
}

/// `rowid` says when: it is the place among all messages. `ascii` leaves words apart as the server has set them apart.
/// What is deleted is taken out of the index at once, not only marked.
const SQLITE: [&str; 2] = [
    "CREATE VIRTUAL TABLE search USING fts5(words, topic_id UNINDEXED, seq UNINDEXED, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO search (search, rank) VALUES ('secure-delete', 1)",
];
/// What is new is kept in a list first, and a short one (in KiB), so that whoever has to empty it waits a moment only.
const POSTGRES: [&str; 2] = [
    "CREATE TABLE search (id bigint PRIMARY KEY, topic_id bigint NOT NULL REFERENCES topic (id), seq bigint NOT NULL, \
     words tsvector NOT NULL)",
    "CREATE INDEX search_words ON search USING gin (words) WITH (gin_pending_list_limit = 256)",
];
const FILL_ALL: &str =
    "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, head FROM topic WHERE head > 0";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statements = match manager.get_database_backend() {
            DbBackend::Sqlite => SQLITE,
            _ => POSTGRES,
        };
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.create_table(search_fill()).await?;
        manager.get_connection().execute_unprepared(FILL_ALL).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SearchFill::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table("search").to_owned()).await
    }
}

/// Messages after `seq` and up to `until` are still to be put in.
fn search_fill() -> TableCreateStatement {
    Table::create()
        .table(SearchFill::Table)
        .col(ColumnDef::new(SearchFill::TopicId).big_integer().not_null().primary_key())
        .col(ColumnDef::new(SearchFill::Seq).big_integer().not_null())
        .col(ColumnDef::new(SearchFill::Until).big_integer().not_null())
        .to_owned()
}
