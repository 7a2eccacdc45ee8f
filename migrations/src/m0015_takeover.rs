//! By which PostgreSQL server the log was written last, and whether a server has found acknowledged events missing.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, Statement},
};

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// `server` is empty until the first start, and on SQLite.
const UP: [&str; 2] = [
    "ALTER TABLE store ADD COLUMN server text NOT NULL DEFAULT ''",
    "ALTER TABLE store ADD COLUMN events_lost boolean NOT NULL DEFAULT FALSE",
];
const DOWN: [&str; 2] = ["ALTER TABLE store DROP COLUMN events_lost", "ALTER TABLE store DROP COLUMN server"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UP).await
    }

    /// Refuses while events are lost: an earlier version would write as if they were not.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let lost = Statement::from_string(backend, "SELECT 1 FROM store WHERE events_lost");
        if manager.get_connection().query_one_raw(lost).await?.is_some() {
            let remedy = "the database lacks events that were acknowledged: run `chorus new-epoch` first";
            return Err(DbErr::Migration(remedy.to_owned()));
        }
        run(manager, &DOWN).await
    }
}
