//! Roles, bans and mutes of people, the policy of the house, restricted topics, and the audit log. Nothing is inserted: a person without a row is a
//! guest, a house without a policy is open, and topics are public.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Person {
    Table,
    User,
    Role,
    BannedUntil,
    MutedUntil,
}

#[derive(DeriveIden)]
enum Policy {
    Table,
    Id,
    Readers,
    Writers,
    Makers,
}

#[derive(DeriveIden)]
enum Rights {
    Table,
    Id,
    Version,
}

#[derive(DeriveIden)]
enum RightsChange {
    Table,
    Version,
    User,
    At,
}

#[derive(DeriveIden)]
enum OneTime {
    Table,
    Hash,
    UsedBy,
    ExpiresAt,
}

#[derive(DeriveIden)]
enum Audit {
    Table,
    Id,
    At,
    Act,
    Actor,
    User,
    Standing,
    Reason,
}

#[derive(DeriveIden)]
enum Topic {
    Table,
    Id,
    Visibility,
    State,
    Inviters,
}

#[derive(DeriveIden)]
enum Participant {
    Table,
    TopicId,
    User,
    Role,
}

#[derive(DeriveIden)]
enum TopicMute {
    Table,
    TopicId,
    User,
    Until,
}

/// For loading the restricted topics, which are few among many.
const RESTRICTED: &str = "CREATE INDEX topic_restricted ON topic (id) WHERE visibility > 0 OR state > 0";

/// One row if a rule holds that an earlier version does not know.
const HAS_RESTRICTIONS: &str = "SELECT 1 FROM topic WHERE visibility > 0 OR state > 0 UNION ALL \
    SELECT 1 FROM topic_mute UNION ALL \
    SELECT 1 FROM person WHERE banned_until IS NOT NULL OR muted_until IS NOT NULL UNION ALL \
    SELECT 1 FROM policy WHERE readers > 0 OR writers > 0 OR makers > 0";

/// The audit log only grows.
const FINAL_ON_SQLITE: [&str; 2] = [
    "CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log cannot be changed'); END",
    "CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log cannot be changed'); END",
];
const FINAL_ON_POSTGRES: [&str; 3] = [
    "CREATE FUNCTION audit_is_final() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN RAISE EXCEPTION 'the audit log cannot be changed'; END $$",
    "CREATE TRIGGER audit_is_final BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_final()",
    "CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_final()",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        for table in [person(), policy(), rights(), rights_change(), one_time(), audit()] {
            manager.create_table(table).await?;
        }
        match backend {
            DbBackend::Sqlite => run(manager, &FINAL_ON_SQLITE).await?,
            _ => run(manager, &FINAL_ON_POSTGRES).await?,
        }
        for column in [Topic::Visibility, Topic::State, Topic::Inviters] {
            let column = ColumnDef::new(column).small_integer().not_null().default(0).to_owned();
            manager.alter_table(Table::alter().table(Topic::Table).add_column(column).to_owned()).await?;
        }
        run(manager, &[RESTRICTED]).await?;
        manager.create_table(participant(backend)).await?;
        manager.create_table(topic_mute(backend)).await?;
        let by_user = Index::create()
            .name("participant_user")
            .table(Participant::Table)
            .col(Participant::User)
            .to_owned();
        manager.create_index(by_user).await
    }

    /// Refuses while anything is restricted: an earlier version would let everybody in.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let restrictions = Statement::from_string(manager.get_database_backend(), HAS_RESTRICTIONS);
        if manager.get_connection().query_one_raw(restrictions).await?.is_some() {
            let remedy = "people are banned or muted, or the policy or topics are restricted, which an earlier version does not \
                 know: lift that first";
            return Err(DbErr::Migration(remedy.to_owned()));
        }
        manager.drop_table(Table::drop().table(TopicMute::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Participant::Table).to_owned()).await?;
        run(manager, &["DROP INDEX topic_restricted"]).await?;
        for column in [Topic::Inviters, Topic::State, Topic::Visibility] {
            manager.alter_table(Table::alter().table(Topic::Table).drop_column(column).to_owned()).await?;
        }
        // Its triggers go with it.
        manager.drop_table(Table::drop().table(Audit::Table).to_owned()).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            run(manager, &["DROP FUNCTION audit_is_final()"]).await?;
        }
        manager.drop_table(Table::drop().table(OneTime::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(RightsChange::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Rights::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Policy::Table).to_owned()).await?;
        manager.drop_table(Table::drop().table(Person::Table).to_owned()).await
    }
}

/// `role` is 0 for guests, 1 members, 2 moderators, 3 owners. Times are in milliseconds since 1970.
fn person() -> TableCreateStatement {
    Table::create()
        .table(Person::Table)
        .col(ColumnDef::new(Person::User).uuid().not_null().primary_key())
        .col(ColumnDef::new(Person::Role).small_integer().not_null())
        .col(ColumnDef::new(Person::BannedUntil).big_integer().null())
        .col(ColumnDef::new(Person::MutedUntil).big_integer().null())
        .to_owned()
}

/// At most one row. Each column is 0 for everyone, 1 for members, 2 for moderators.
fn policy() -> TableCreateStatement {
    Table::create()
        .table(Policy::Table)
        .col(ColumnDef::new(Policy::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(Policy::Readers).small_integer().not_null())
        .col(ColumnDef::new(Policy::Writers).small_integer().not_null())
        .col(ColumnDef::new(Policy::Makers).small_integer().not_null())
        .to_owned()
}

/// At most one row, whose version each change of people, policy or topics raises by one.
fn rights() -> TableCreateStatement {
    Table::create()
        .table(Rights::Table)
        .col(ColumnDef::new(Rights::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(Rights::Version).big_integer().not_null())
        .to_owned()
}

/// The newest changes, one for each version. Without a person, the policy or a topic changed.
fn rights_change() -> TableCreateStatement {
    Table::create()
        .table(RightsChange::Table)
        .col(ColumnDef::new(RightsChange::Version).big_integer().not_null().primary_key())
        .col(ColumnDef::new(RightsChange::User).uuid().null())
        .col(ColumnDef::new(RightsChange::At).big_integer().not_null())
        .to_owned()
}

/// Codes that were used. None works a second time.
fn one_time() -> TableCreateStatement {
    Table::create()
        .table(OneTime::Table)
        .col(ColumnDef::new(OneTime::Hash).binary_len(32).not_null().primary_key())
        .col(ColumnDef::new(OneTime::UsedBy).uuid().not_null())
        .col(ColumnDef::new(OneTime::ExpiresAt).big_integer().not_null())
        .to_owned()
}

/// Each change of a standing. `act` is 1 for a change by a person, 2 for an owner by a code. `standing` is JSON.
fn audit() -> TableCreateStatement {
    Table::create()
        .table(Audit::Table)
        .col(ColumnDef::new(Audit::Id).uuid().not_null().primary_key())
        .col(ColumnDef::new(Audit::At).big_integer().not_null())
        .col(ColumnDef::new(Audit::Act).small_integer().not_null())
        .col(ColumnDef::new(Audit::Actor).uuid().null())
        .col(ColumnDef::new(Audit::User).uuid().not_null())
        .col(ColumnDef::new(Audit::Standing).text().not_null())
        .col(ColumnDef::new(Audit::Reason).text().not_null())
        .to_owned()
}

/// The people of private topics. `role` is 0 for participants and 1 for hosts.
fn participant(backend: DbBackend) -> TableCreateStatement {
    let key = Index::create().col(Participant::TopicId).col(Participant::User).to_owned();
    let topic = ForeignKey::create()
        .from(Participant::Table, Participant::TopicId)
        .to(Topic::Table, Topic::Id)
        .to_owned();
    let table = Table::create()
        .table(Participant::Table)
        .col(ColumnDef::new(Participant::TopicId).big_integer().not_null())
        .col(ColumnDef::new(Participant::User).uuid().not_null())
        .col(ColumnDef::new(Participant::Role).small_integer().not_null())
        .primary_key(&mut key.clone())
        .foreign_key(&mut topic.clone())
        .to_owned();
    without_rowid(table, backend)
}

fn topic_mute(backend: DbBackend) -> TableCreateStatement {
    let key = Index::create().col(TopicMute::TopicId).col(TopicMute::User).to_owned();
    let topic = ForeignKey::create()
        .from(TopicMute::Table, TopicMute::TopicId)
        .to(Topic::Table, Topic::Id)
        .to_owned();
    let table = Table::create()
        .table(TopicMute::Table)
        .col(ColumnDef::new(TopicMute::TopicId).big_integer().not_null())
        .col(ColumnDef::new(TopicMute::User).uuid().not_null())
        .col(ColumnDef::new(TopicMute::Until).big_integer().not_null())
        .primary_key(&mut key.clone())
        .foreign_key(&mut topic.clone())
        .to_owned();
    without_rowid(table, backend)
}

fn without_rowid(mut table: TableCreateStatement, backend: DbBackend) -> TableCreateStatement {
    if backend == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
