//! `chorus restore`.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use app::protocol::{Epoch, Timestamp};
use tokio_util::sync::CancellationToken;

use super::{
    copy::{copy_sqlite, text_of},
    new_file::{NewFile, sync_folder_of},
    postgres_client,
    progress::print,
};
use crate::{
    clock::now,
    database::{Database, FileLock, create_if_missing, sidecar, url_of},
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
    let place = create_if_missing(url)?;
    if place == backup {
        bail!("{} is the database itself, not a backup of it", backup.display());
    }
    let _lock = FileLock::acquire(url, &place)?;
    let new = NewFile::beside(&place, fs::metadata(&place)?.permissions())
        .with_context(|| format!("cannot write beside {}", place.display()))?;
    copy_sqlite(&backup, new.path(), interrupt).await?;
    let epoch = begin_epoch_in(new.path()).await?;
    new.sync()?;
    if fs::metadata(&place)?.len() > 0 {
        fold_log(url).await;
    }
    let kept = replace(&place, new).with_context(|| format!("cannot replace {}", place.display()))?;
    if let Some(kept) = kept {
        print(&format!("The database from before is kept as {}", kept.display()));
    }
    Ok(epoch)
}

/// Brings the schema up to date and begins an epoch. The watermark is written beside the file.
async fn begin_epoch_in(file: &Path) -> anyhow::Result<Epoch> {
    let database = Database::open(&url_of(text_of(file)?)).await?;
    database.migrate().await?;
    let epoch = begin_epoch(&database).await?;
    database.close().await;
    Ok(epoch)
}

/// Writes the old database's write-ahead log into its file, where that works: a backup may be restored because it does not.
async fn fold_log(url: &str) {
    if let Ok(database) = Database::open(url).await {
        database.close().await;
    }
}

/// Puts a file in the place of the database. Returns the name under which the old one is kept, unless it was empty.
///
/// There is always a database in the place. After an end of the process in between, the watermark is that of the old one, and
/// the next start begins one more epoch.
fn replace(place: &Path, new: NewFile) -> io::Result<Option<PathBuf>> {
    let kept = if fs::metadata(place)?.len() > 0 { Some(keep(place)?) } else { None };
    ignore_missing(fs::remove_file(sidecar(place, "-shm")))?;
    let mark = sidecar(new.path(), ".mark");
    let placed_mark = sidecar(place, ".mark");
    fs::rename(new.path(), place)?;
    fs::rename(mark, placed_mark)?;
    sync_folder_of(place)?;
    Ok(kept)
}

/// Gives the old database a second name, and its write-ahead log the name that belongs to that.
fn keep(place: &Path) -> io::Result<PathBuf> {
    let kept = sidecar(place, &format!(".{}", file_time(now())));
    fs::hard_link(place, &kept)?;
    ignore_missing(fs::rename(sidecar(place, "-wal"), sidecar(&kept, "-wal")))?;
    Ok(kept)
}

/// A time in UTC as a part of a file's name, `2026-11-30T17-07-32.123Z`.
fn file_time(time: Timestamp) -> String {
    time.to_rfc3339().replace(':', "-")
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
