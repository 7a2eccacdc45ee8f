//! The schema and its migrations.

use migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::{Database, DatabaseError, Kind, postgres};

/// A table that exists while a move to this database is not complete.
pub(crate) const MOVE_TABLE: &str = "chorus_move";

impl Database {
    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), DatabaseError> {
        let migrated = match self.kind {
            Kind::Sqlite => Migrator::up(self.schema(), None).await,
            Kind::Postgres => postgres::migrate(self.schema()).await,
        };
        self.migrated(migrated)
    }

    /// Reverts the newest migration.
    pub async fn migrate_down(&self) -> Result<(), DatabaseError> {
        self.migrated(Migrator::down(self.schema(), Some(1)).await)
    }

    /// Returns each migration's name, and whether it was applied.
    pub async fn migrations(&self) -> Result<Vec<(String, bool)>, DatabaseError> {
        let all = Migrator::get_migration_with_status_read_only(self.schema()).await;
        let status = |migration: &Migration| {
            (migration.name().to_owned(), migration.status() == MigrationStatus::Applied)
        };
        Ok(self.migrated(all)?.iter().map(status).collect())
    }

    /// Refuses a database that holds a part of a chat.
    pub async fn refuse_half_moved(&self) -> Result<(), DatabaseError> {
        let sql = match self.kind {
            Kind::Sqlite => {
                format!("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '{MOVE_TABLE}') AS found")
            }
            Kind::Postgres => format!("SELECT to_regclass('{MOVE_TABLE}') IS NOT NULL AS found"),
        };
        let statement = Statement::from_string(self.read.get_database_backend(), sql);
        let row = self.migrated(self.read.query_one_raw(statement).await)?;
        let is_found = self.migrated(row.map_or(Ok(false), |row| row.try_get("", "found")))?;
        if is_found { Err(DatabaseError::HalfMoved(self.name.clone())) } else { Ok(()) }
    }

    fn migrated<T>(&self, result: Result<T, DbErr>) -> Result<T, DatabaseError> {
        result.map_err(|error| DatabaseError::Migrate { name: self.name.clone(), error })
    }
}
