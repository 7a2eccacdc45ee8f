//! Whether a person wants a topic at the top of their list.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Member {
    Table,
    Favourite,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new(Member::Favourite).boolean().not_null().default(false).to_owned();
        manager.alter_table(Table::alter().table(Member::Table).add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table(Member::Table).drop_column(Member::Favourite).to_owned())
            .await
    }
}
