//! Titles of topics; counts, replies, HTML and mentions of messages; and memberships.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Topic {
    Table,
    Id,
    Messages,
    ActiveAt,
    Title,
    Description,
}

#[derive(DeriveIden)]
enum Event {
    Table,
    Messages,
    ReplyTo,
    Html,
    Mentions,
}

#[derive(DeriveIden)]
enum Member {
    Table,
    User,
    TopicId,
    Follow,
    Read,
    NameKey,
}

#[derive(DeriveIden)]
enum Mention {
    Table,
    User,
    TopicId,
    Seq,
}

/// Kinds 1 and 2 are messages and deleted messages.
const COUNT: &str = "UPDATE event SET messages = counted.n FROM (SELECT topic_id, seq, \
    SUM(CASE WHEN kind IN (1, 2) THEN 1 ELSE 0 END) OVER (PARTITION BY topic_id ORDER BY seq) AS n FROM event) AS counted \
    WHERE event.topic_id = counted.topic_id AND event.seq = counted.seq";
const SUM_UP: &str = "UPDATE topic SET \
    messages = (SELECT COUNT(*) FROM event WHERE topic_id = topic.id AND kind IN (1, 2)), \
    active_at = COALESCE((SELECT at FROM event WHERE topic_id = topic.id AND seq = topic.head), created_at)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in topic_columns() {
            let added = Table::alter().table(Topic::Table).add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        for column in event_columns() {
            let added = Table::alter().table(Event::Table).add_column(column).to_owned();
            manager.alter_table(added).await?;
        }
        run(manager, &[COUNT, SUM_UP]).await?;
        manager.create_index(by_activity()).await?;
        manager.create_table(member(manager.get_database_backend())).await?;
        manager.create_index(by_name()).await?;
        manager.create_table(mention(manager.get_database_backend())).await?;
        manager.create_index(by_message()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Mention::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Member::Table).to_owned()).await?;
        manager.drop_index(Index::drop().name("topic_active_at").table(Topic::Table).to_owned()).await?;
        for column in [Event::Messages, Event::ReplyTo, Event::Html, Event::Mentions] {
            manager.alter_table(Table::alter().table(Event::Table).drop_column(column).to_owned()).await?;
        }
        for column in [Topic::Messages, Topic::ActiveAt, Topic::Title, Topic::Description] {
            manager.alter_table(Table::alter().table(Topic::Table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

fn topic_columns() -> [ColumnDef; 4] {
    [
        ColumnDef::new(Topic::Messages).big_integer().not_null().default(0).to_owned(),
        ColumnDef::new(Topic::ActiveAt).big_integer().not_null().default(0).to_owned(),
        ColumnDef::new(Topic::Title).string().not_null().default("").to_owned(),
        ColumnDef::new(Topic::Description).string().not_null().default("").to_owned(),
    ]
}

fn event_columns() -> [ColumnDef; 4] {
    [
        ColumnDef::new(Event::Messages).big_integer().not_null().default(0).to_owned(),
        ColumnDef::new(Event::ReplyTo).big_integer().null().to_owned(),
        ColumnDef::new(Event::Html).text().null().to_owned(),
        ColumnDef::new(Event::Mentions).blob().null().to_owned(),
    ]
}

/// For the directory, which lists the most recently active topics first.
fn by_activity() -> IndexCreateStatement {
    Index::create().name("topic_active_at").table(Topic::Table).col(Topic::ActiveAt).to_owned()
}

fn member(backend: DbBackend) -> TableCreateStatement {
    let key = Index::create().col(Member::User).col(Member::TopicId).to_owned();
    let topic =
        ForeignKey::create().from(Member::Table, Member::TopicId).to(Topic::Table, Topic::Id).to_owned();
    let table = Table::create()
        .table(Member::Table)
        .col(ColumnDef::new(Member::User).uuid().not_null())
        .col(ColumnDef::new(Member::TopicId).big_integer().not_null())
        .col(ColumnDef::new(Member::Follow).small_integer().not_null())
        .col(ColumnDef::new(Member::Read).big_integer().not_null())
        .col(ColumnDef::new(Member::NameKey).string().not_null())
        .primary_key(&mut key.clone())
        .foreign_key(&mut topic.clone())
        .to_owned();
    without_rowid(table, backend)
}

/// For resolving mentions by name.
fn by_name() -> IndexCreateStatement {
    let mut index = Index::create();
    index.name("member_name").table(Member::Table).col(Member::TopicId).col(Member::NameKey).to_owned()
}

fn mention(backend: DbBackend) -> TableCreateStatement {
    let key = Index::create().col(Mention::User).col(Mention::TopicId).col(Mention::Seq).to_owned();
    let topic =
        ForeignKey::create().from(Mention::Table, Mention::TopicId).to(Topic::Table, Topic::Id).to_owned();
    let table = Table::create()
        .table(Mention::Table)
        .col(ColumnDef::new(Mention::User).uuid().not_null())
        .col(ColumnDef::new(Mention::TopicId).big_integer().not_null())
        .col(ColumnDef::new(Mention::Seq).big_integer().not_null())
        .primary_key(&mut key.clone())
        .foreign_key(&mut topic.clone())
        .to_owned();
    without_rowid(table, backend)
}

/// For edits, which look up the message's earlier mentions.
fn by_message() -> IndexCreateStatement {
    let mut index = Index::create();
    index.name("mention_message").table(Mention::Table).col(Mention::TopicId).col(Mention::Seq).to_owned()
}

fn without_rowid(mut table: TableCreateStatement, backend: DbBackend) -> TableCreateStatement {
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
