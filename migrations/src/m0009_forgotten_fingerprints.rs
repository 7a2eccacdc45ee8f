//! Deletes the fingerprints of the first texts of edited messages. The texts are gone, but the hash of a short text reveals it to
//! anyone who tries all short texts. Every later request with the message's draft counts as a retry.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Messages (kind 1) whose text comes from a later event. Deleted messages and replaced edits have no fingerprint already.
const EDITED: &str = "kind = 1 AND revision IS NOT NULL AND revision <> seq AND length(fingerprint) > 0";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let nothing = match manager.get_database_backend() {
            DbBackend::Postgres => "''::bytea",
            _ => "x''",
        };
        let forget = format!("UPDATE event SET fingerprint = {nothing} WHERE {EDITED}");
        run(manager, &[forget]).await
    }

    /// Deleted fingerprints cannot be restored.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
