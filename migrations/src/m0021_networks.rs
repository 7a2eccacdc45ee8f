//! Bans of addresses and networks.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, Statement},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum NetworkBan {
    Table,
    Network,
    BannedUntil,
    Reason,
    Actor,
    At,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(network_ban()).await
    }

    /// Refuses while a network is banned: an earlier version would let it in.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let bans = Statement::from_string(manager.get_database_backend(), "SELECT 1 FROM network_ban");
        if manager.get_connection().query_one_raw(bans).await?.is_some() {
            let remedy = "networks are banned, which an earlier version does not know: lift that first";
            return Err(DbErr::Migration(remedy.to_owned()));
        }
        manager.drop_table(Table::drop().table(NetworkBan::Table).to_owned()).await
    }
}

/// `network` is an IPv4 address, or the first address of an IPv6 network of 64 bits. Times are in milliseconds since 1970.
fn network_ban() -> TableCreateStatement {
    Table::create()
        .table(NetworkBan::Table)
        .col(ColumnDef::new(NetworkBan::Network).text().not_null().primary_key())
        .col(ColumnDef::new(NetworkBan::BannedUntil).big_integer().not_null())
        .col(ColumnDef::new(NetworkBan::Reason).text().not_null())
        .col(ColumnDef::new(NetworkBan::Actor).uuid().not_null())
        .col(ColumnDef::new(NetworkBan::At).big_integer().not_null())
        .to_owned()
}
