//! Counts how often a person marked messages of a topic as unread: the read position moves back only when the count grows.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Member {
    Table,
    Rewinds,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Member::Rewinds).big_integer().not_null().default(0).to_owned();
        manager.alter_table(Table::alter().table(Member::Table).add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Member::Table).drop_column(Member::Rewinds).to_owned()).await
    }
}
