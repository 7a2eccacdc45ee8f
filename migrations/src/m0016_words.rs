//! Indexes all messages again: digits of all scripts are equal now, and characters that show nothing belong to no word.

use sea_orm_migration::prelude::*;

use crate::statements::index_again;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        index_again(manager).await
    }

    /// Earlier versions can use the index as it is, so nothing has to be undone.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
