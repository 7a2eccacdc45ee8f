//! A step is taken whole or not at all, and its row in `seaql_migrations` with it.
//!
//! By itself `sea-orm-migration` takes a transaction on PostgreSQL only: a process that was killed amid a step left SQLite
//! with half of it, which no later start could take again. SQLite changes its schema inside transactions as well.
//! `PRAGMA foreign_keys` does nothing there; a step that needs it off cannot be taken this way.

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
