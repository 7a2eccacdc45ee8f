//! The full-text index of messages. The server adds existing messages in the background: `search_fill` holds its progress in each
//! topic, and is empty when all are indexed.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum SearchFill {
    Table,
    TopicId,
    Seq,
    Until,
}

/// `rowid` is the position among all messages, in order of time. The tokenizer `ascii` keeps the words as the server has split
/// them. `secure-delete` removes deleted text from the index at once.
const SQLITE: [&str; 2] = [
    "CREATE VIRTUAL TABLE search USING fts5(words, topic_id UNINDEXED, seq UNINDEXED, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO search (search, rank) VALUES ('secure-delete', 1)",
];
/// GIN collects new entries in a pending list. It is short (in KiB), so that the insert that has to empty it takes little time.
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
        run(manager, &statements).await?;
        manager.create_table(search_fill()).await?;
        run(manager, &[FILL_ALL]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SearchFill::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table("search").to_owned()).await
    }
}

/// Messages after `seq` and up to `until` are not indexed yet.
fn search_fill() -> TableCreateStatement {
    Table::create()
        .table(SearchFill::Table)
        .col(ColumnDef::new(SearchFill::TopicId).big_integer().not_null().primary_key())
        .col(ColumnDef::new(SearchFill::Seq).big_integer().not_null())
        .col(ColumnDef::new(SearchFill::Until).big_integer().not_null())
        .to_owned()
}
