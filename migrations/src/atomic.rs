//! Runs a migration and the insertion of its row in `seaql_migrations` in one transaction.
//!
//! By default, `sea-orm-migration` uses a transaction on PostgreSQL only. On SQLite, a process that was killed during a migration
//! left half of it behind, and no later start could apply it again. SQLite can change its schema within a transaction, but
//! `PRAGMA foreign_keys` has no effect there: a migration that needs foreign keys off cannot be run this way.

use sea_orm_migration::prelude::*;

pub(crate) struct Atomic<M>(pub(crate) M);

impl<M: MigrationName> MigrationName for Atomic<M> {
    fn name(&self) -> &str {
        self.0.name()
    }
}

#[async_trait::async_trait]
impl<M: MigrationTrait> MigrationTrait for Atomic<M> {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        self.0.down(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
