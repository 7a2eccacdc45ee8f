//! Search for topics by the words of their names, titles and descriptions.

use sea_orm_migration::prelude::*;

use crate::statements::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[derive(DeriveIden)]
enum Topic {
    Table,
    Folded,
}

/// Approximates the server's folding until the topic is described again. Earlier releases wrote no accents into these columns.
const FOLD: &str = "UPDATE topic SET folded = LOWER(name || ' ' || title || ' ' || description)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let folded = ColumnDef::new(Topic::Folded).text().not_null().default("").to_owned();
        manager.alter_table(Table::alter().table(Topic::Table).add_column(folded).to_owned()).await?;
        run(manager, &[FOLD]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Topic::Table).drop_column(Topic::Folded).to_owned()).await
    }
}
