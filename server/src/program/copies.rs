//! The commands that copy a chat: backups, exports and moves.

use anyhow::bail;
use server::{
    config::{Backup, Export, Import, Move, Restore},
    maintenance,
};

use super::{output::print_line, signals::interrupt};

pub(super) async fn back_up(Backup { file, database }: Backup) -> anyhow::Result<()> {
    print_line(&maintenance::back_up(database.url()?, &file, &interrupt()?).await?);
    Ok(())
}

pub(super) async fn restore_backup(Restore { file, database }: Restore) -> anyhow::Result<()> {
    let epoch = maintenance::restore(database.url()?, &file, &interrupt()?).await?;
    print_line(&format!("Restored from {}. A new epoch has begun: {epoch}", file.display()));
    Ok(())
}

pub(super) async fn export_events(Export { ndjson, html, after, database }: Export) -> anyhow::Result<()> {
    match (ndjson, html) {
        (_, Some(folder)) => maintenance::export_html(database.url()?, &folder).await,
        (Some(file), None) => maintenance::export_ndjson(database.url()?, &file, after.as_ref()).await,
        (None, None) => bail!("give --ndjson FILE or --html FOLDER"),
    }
}

pub(super) async fn import_events(Import { file, database }: Import) -> anyhow::Result<()> {
    print_line(&maintenance::import(database.url()?, &file).await?);
    Ok(())
}

pub(super) async fn move_chat(Move { to, database }: Move) -> anyhow::Result<()> {
    print_line(&maintenance::move_chat(database.url()?, &to).await?);
    Ok(())
}
