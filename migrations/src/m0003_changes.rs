//! Changes of messages: edits, deletions and reactions are events that name a message. The message's own row holds its current
//! state.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Topic {
    Table,
    Id,
}

#[derive(DeriveIden)]
enum Event {
    Table,
    Message,
    Revision,
}

#[derive(DeriveIden)]
enum Reaction {
    Table,
    TopicId,
    Message,
    Emoji,
    User,
    Name,
    Seq,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column per statement.
        for column in [Event::Message, Event::Revision] {
            let added = ColumnDef::new(column).big_integer().null().to_owned();
            manager.alter_table(Table::alter().table(Event::Table).add_column(added).to_owned()).await?;
        }
        manager.create_table(reaction(manager.get_database_backend())).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Reaction::Table).to_owned()).await?;
        for column in [Event::Message, Event::Revision] {
            manager.alter_table(Table::alter().table(Event::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

/// The current reactions to messages; `seq` is the event that added the reaction.
fn reaction(backend: DbBackend) -> TableCreateStatement {
    let key = Index::create()
        .col(Reaction::TopicId)
        .col(Reaction::Message)
        .col(Reaction::Emoji)
        .col(Reaction::User)
        .to_owned();
    let topic =
        ForeignKey::create().from(Reaction::Table, Reaction::TopicId).to(Topic::Table, Topic::Id).to_owned();
    let mut table = Table::create()
        .table(Reaction::Table)
        .col(ColumnDef::new(Reaction::TopicId).big_integer().not_null())
        .col(ColumnDef::new(Reaction::Message).big_integer().not_null())
        .col(ColumnDef::new(Reaction::Emoji).string().not_null())
        .col(ColumnDef::new(Reaction::User).uuid().not_null())
        .col(ColumnDef::new(Reaction::Name).string().not_null())
        .col(ColumnDef::new(Reaction::Seq).big_integer().not_null())
        .primary_key(&mut key.clone())
        .foreign_key(&mut topic.clone())
        .to_owned();
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
