//! Indexes all messages again: an emoji that was typed as `:name:` is found by the emoji now.

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
