//! The event log: the store's epoch, topics with their heads, and a row for each event.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Store {
    Table,
    Id,
    Epoch,
}

#[derive(DeriveIden)]
enum Topic {
    Table,
    Id,
    Name,
    Epoch,
    Head,
    CreatedAt,
}

#[derive(DeriveIden)]
enum Event {
    Table,
    TopicId,
    Seq,
    At,
    Kind,
    Author,
    AuthorName,
    Unverified,
    Draft,
    Fingerprint,
    Body,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(store()).await?;
        manager.create_table(topic()).await?;
        manager.create_table(event(manager.get_database_backend())).await?;
        manager.create_index(draft_is_unique()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Event::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Topic::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Store::Table).to_owned()).await
    }
}

/// A table with one row: the epoch of new topics.
fn store() -> TableCreateStatement {
    Table::create()
        .table(Store::Table)
        .col(ColumnDef::new(Store::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(Store::Epoch).string().not_null())
        .to_owned()
}

fn topic() -> TableCreateStatement {
    Table::create()
        .table(Topic::Table)
        .col(ColumnDef::new(Topic::Id).big_integer().not_null().primary_key().auto_increment())
        .col(ColumnDef::new(Topic::Name).string().not_null().unique_key())
        .col(ColumnDef::new(Topic::Epoch).string().not_null())
        .col(ColumnDef::new(Topic::Head).big_integer().not_null())
        .col(ColumnDef::new(Topic::CreatedAt).big_integer().not_null())
        .to_owned()
}

/// `(topic_id, seq)` is the position in the log; `at` is in milliseconds since 1970.
fn event(backend: DbBackend) -> TableCreateStatement {
    let mut table = Table::create()
        .table(Event::Table)
        .col(ColumnDef::new(Event::TopicId).big_integer().not_null())
        .col(ColumnDef::new(Event::Seq).big_integer().not_null())
        .col(ColumnDef::new(Event::At).big_integer().not_null())
        .col(ColumnDef::new(Event::Kind).small_integer().not_null())
        .col(ColumnDef::new(Event::Author).uuid().not_null())
        .col(ColumnDef::new(Event::AuthorName).string().not_null())
        .col(ColumnDef::new(Event::Unverified).boolean().not_null())
        .col(ColumnDef::new(Event::Draft).uuid().not_null())
        .col(ColumnDef::new(Event::Fingerprint).binary_len(16).not_null())
        .col(ColumnDef::new(Event::Body).text().not_null())
        .primary_key(Index::create().col(Event::TopicId).col(Event::Seq))
        .foreign_key(ForeignKey::create().from(Event::Table, Event::TopicId).to(Topic::Table, Topic::Id))
        .to_owned();
    if backend == DbBackend::Sqlite {
        // Stores the rows in the order of the primary key, so that a page of events is a contiguous part of the B-tree.
        table.extra("WITHOUT ROWID");
    }
    table
}

fn draft_is_unique() -> IndexCreateStatement {
    Index::create()
        .name("event_author_draft")
        .table(Event::Table)
        .col(Event::Author)
        .col(Event::Draft)
        .unique()
        .to_owned()
}
