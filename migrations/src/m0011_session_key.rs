//! The key that signs session tokens. A signed token proves that this chat issued it, so its session is stored only when it is
//! used.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum SessionKey {
    Table,
    Id,
    Secret,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(session_key()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SessionKey::Table).to_owned()).await
    }
}

/// A table with one row, inserted by the first server that needs it.
fn session_key() -> TableCreateStatement {
    Table::create()
        .table(SessionKey::Table)
        .col(ColumnDef::new(SessionKey::Id).integer().not_null().primary_key())
        .col(ColumnDef::new(SessionKey::Secret).binary_len(32).not_null())
        .to_owned()
}
