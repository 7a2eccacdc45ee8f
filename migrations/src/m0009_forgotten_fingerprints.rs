//! A message that was edited has lost its first text, and now the fingerprint of that as well: a hash of a short text tells the
//! text to whoever tries all of them. Whatever comes under the message's draft from then on is a retry.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Messages (1) whose text a later event wrote. Tombstones and replaced edits have lost theirs before.
const EDITED: &str = "kind = 1 AND revision IS NOT NULL AND revision <> seq AND length(fingerprint) > 0";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let nothing = match manager.get_database_backend() {
            DbBackend::Postgres => "''::bytea",
            _ => "x''",
        };
        let forget = format!("UPDATE event SET fingerprint = {nothing} WHERE {EDITED}");
        manager.get_connection().execute_unprepared(&forget).await?;
        Ok(())
    }

    /// What is gone stays gone.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
