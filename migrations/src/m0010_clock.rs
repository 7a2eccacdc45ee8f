//! The stored time by which sessions expire, so that a system clock that has jumped does not end all of them.

use sea_orm_migration::prelude::*;

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Milliseconds since 1970; 0 if unknown. 2592000000 ms are 30 days, the lifetime of a session after its renewal.
const UP: [&str; 2] = [
    "ALTER TABLE store ADD COLUMN clock bigint NOT NULL DEFAULT 0",
    "UPDATE store SET clock = (SELECT COALESCE(MAX(seen), 0) FROM (\
       SELECT MAX(active_at) AS seen FROM topic \
       UNION ALL SELECT MAX(created_at) FROM session \
       UNION ALL SELECT MAX(expires_at) - 2592000000 FROM session) AS known)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &["ALTER TABLE store DROP COLUMN clock"]).await
    }
}
