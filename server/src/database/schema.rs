//! The schema and its migrations.

use migrations::{Migration, MigrationStatus, Migrator, MigratorTrait};
use sea_orm::DbErr;

use super::{Database, DatabaseError, Kind, postgres};

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

    fn migrated<T>(&self, result: Result<T, DbErr>) -> Result<T, DatabaseError> {
        result.map_err(|error| DatabaseError::Migrate { name: self.name.clone(), error })
    }
}
