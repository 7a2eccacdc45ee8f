//! Sessions.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Session {
    Table,
    TokenHash,
    User,
    Name,
    Access,
    CreatedAt,
    ExpiresAt,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(session()).await?;
        let expiry = Index::create()
            .name("session_expires_at")
            .table(Session::Table)
            .col(Session::ExpiresAt)
            .to_owned();
        manager.create_index(expiry).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Session::Table).to_owned()).await
    }
}

/// `access` is the fingerprint of the access secret that was entered, so that changing the secret revokes access. Times are in
/// milliseconds since 1970.
fn session() -> TableCreateStatement {
    Table::create()
        .table(Session::Table)
        .col(ColumnDef::new(Session::TokenHash).binary_len(32).not_null().primary_key())
        .col(ColumnDef::new(Session::User).uuid().not_null())
        .col(ColumnDef::new(Session::Name).string().not_null())
        .col(ColumnDef::new(Session::Access).binary_len(32).null())
        .col(ColumnDef::new(Session::CreatedAt).big_integer().not_null())
        .col(ColumnDef::new(Session::ExpiresAt).big_integer().not_null())
        .to_owned()
}
