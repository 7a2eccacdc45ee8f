//! `chorus restore`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use app::protocol::Epoch;
use tokio_util::sync::CancellationToken;

use super::{
    copy::{check_integrity, copy_sqlite, text_of},
    new_file::NewFile,
    postgres_client,
    progress::print,
    replace::{Owner, is_empty, replace},
};
use crate::{
    database::{Database, FileLock, create_if_missing, path_in, sidecar, url_of},
    restore::begin_epoch,
};

/// Puts a backup in the place of a SQLite database, begins a new epoch in it, and keeps the old database beside it. Returns the
/// epoch.
///
/// Errors: the database is PostgreSQL's, which has a program of its own for it; a server uses the database; the backup is not
/// readable. The database is as it was then.
pub async fn restore(url: &str, backup: &Path, interrupt: &CancellationToken) -> anyhow::Result<Epoch> {
    if Database::is_postgres(url) {
        let command = postgres_client::restore_command(url, &backup.display().to_string())?;
        bail!(
            "PostgreSQL restores the backup itself; stop all servers, then run: {command} && chorus new-epoch"
        );
    }
    let backup =
        backup.canonicalize().with_context(|| format!("cannot read the backup {}", backup.display()))?;
    let is_missing = !path_in(url)?.exists();
    let place = create_if_missing(url)?;
    if place == backup {
        bail!("{} is the database itself, not a backup of it", backup.display());
    }
    let _lock = FileLock::acquire(url, &place)?;
    let _created = is_missing.then(|| RemovedIfEmpty(place.clone()));
    let owner = Owner::of_database(&place, is_missing)?;
    let new = NewFile::beside(&place, fs::metadata(&place)?.permissions())
        .with_context(|| format!("cannot write beside {}", place.display()))?;
    copy_sqlite(&backup, new.path(), interrupt).await?;
    let epoch = begin_epoch_in(new.path()).await?;
    check_integrity(new.path(), interrupt).await?;
    new.sync()?;
    fold_log(url, &place).await?;
    let kept = replace(&place, new, &owner).with_context(|| format!("cannot replace {}", place.display()))?;
    if let Some(kept) = kept {
        print(&format!("The database from before is kept as {}", kept.display()));
    }
    Ok(epoch)
}

/// Removes a file on drop if it is still empty: a restore that fails leaves no database where none was.
struct RemovedIfEmpty(PathBuf);

impl Drop for RemovedIfEmpty {
    fn drop(&mut self) {
        if fs::metadata(&self.0).is_ok_and(|file| file.len() == 0) {
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// Brings the schema up to date and begins an epoch. The watermark is written beside the file.
async fn begin_epoch_in(file: &Path) -> anyhow::Result<Epoch> {
    let database = Database::open(&url_of(text_of(file)?)).await?;
    database.migrate().await?;
    database.refuse_half_moved().await?;
    let epoch = begin_epoch(&database).await?;
    database.close().await;
    // Only the file gets its name; a log that could not be written into it would be removed.
    ensure!(is_empty(&sidecar(file, "-wal"))?, "the disk is full: the copy could not be completed");
    Ok(epoch)
}

/// Writes the old database's write-ahead log into its file, where that works: a backup may be restored because it does not.
///
/// Errors: another program has the database open. When it closes it, it would remove the restored database's log by its name.
pub(super) async fn fold_log(url: &str, place: &Path) -> anyhow::Result<()> {
    if fs::metadata(place)?.len() == 0 {
        return Ok(());
    }
    if let Ok(database) = Database::open(url).await {
        database.close().await;
        ensure!(
            !sidecar(place, "-wal").exists(),
            "another program has the database {} open; end it first, or move the database away",
            place.display()
        );
    }
    Ok(())
}
