//! A copy of a SQLite database as it is at one moment.
//!
//! `VACUUM INTO` reads one snapshot and writes it without free pages, in which deleted texts might be left. It needs no lock that
//! keeps a server from writing. The server's write-ahead log grows meanwhile, since no checkpoint passes a reader.

use std::{convert::Infallible, fs, path::Path};

use anyhow::{Context, bail};
use sea_orm::sqlx::{self, ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::progress::{self, Progress, size};

/// Tables that every version of Chorus has.
const IS_CHORUS: &str =
    "SELECT COUNT(*) = 3 FROM sqlite_master WHERE type = 'table' AND name IN ('store', 'topic', 'event')";

pub(super) const INTERRUPTED: &str = "interrupted; nothing was changed";
/// Instructions of SQLite's virtual machine between two checks for an interruption.
const CHECK_INTERVAL_STEPS: i32 = 10_000;

/// Copies a database into an empty file. When it is interrupted, it returns after SQLite has stopped writing, so that the caller can
/// remove the file.
pub(super) async fn copy_sqlite(
    source: &Path,
    target: &Path,
    interrupt: &CancellationToken,
) -> anyhow::Result<()> {
    let failed = || format!("cannot read {}", source.display());
    let mut connection = open_read_only(source).await.with_context(failed)?;
    let is_chorus: bool =
        sqlx::query_scalar(IS_CHORUS).fetch_one(&mut connection).await.with_context(failed)?;
    if !is_chorus {
        bail!("{} is no database of Chorus", source.display());
    }
    vacuum_into(&mut connection, source, target, interrupt).await?;
    Ok(connection.close().await?)
}

/// Errors: the copy is damaged, or this was interrupted.
pub(super) async fn check_integrity(copy: &Path, interrupt: &CancellationToken) -> anyhow::Result<()> {
    progress::print("Checking the copy");
    tokio::select! {
        checked = read_all(copy) => checked,
        () = interrupt.cancelled() => bail!(INTERRUPTED),
    }
}

async fn vacuum_into(
    connection: &mut SqliteConnection,
    source: &Path,
    target: &Path,
    interrupt: &CancellationToken,
) -> anyhow::Result<()> {
    let token = interrupt.clone();
    connection.lock_handle().await?.set_progress_handler(CHECK_INTERVAL_STEPS, move || !token.is_cancelled());
    let total = fs::metadata(source)?.len();
    let name = text_of(target)?;
    let_pages_be_freed(connection).await?;
    let copy = sqlx::query("VACUUM INTO ?1").bind(name).execute(connection);
    tokio::select! {
        copied = copy => match copied {
            Err(_) if interrupt.is_cancelled() => bail!(INTERRUPTED),
            copied => copied.map(drop).with_context(|| format!("cannot copy {} to {name}", source.display())),
        },
        never = report_size(target, total) => match never {},
    }
}

/// Lets the copy of a database from an earlier version give free pages back to the disk. The mode of the original stays.
async fn let_pages_be_freed(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mode: i64 = sqlx::query_scalar("PRAGMA auto_vacuum").fetch_one(&mut *connection).await?;
    // SQLite takes it for the next `VACUUM`; in another mode it would write to the original.
    if mode == 0 {
        sqlx::query("PRAGMA auto_vacuum = INCREMENTAL").execute(connection).await?;
    }
    Ok(())
}

/// Errors: the database is damaged.
async fn read_all(file: &Path) -> anyhow::Result<()> {
    let mut connection = open_read_only(file).await?;
    let found: Vec<String> =
        sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_all(&mut connection).await?;
    connection.close().await?;
    match found.first().map(String::as_str) {
        Some("ok") => Ok(()),
        damage => bail!("the copy is damaged, so the database is: {}", damage.unwrap_or("no answer")),
    }
}

async fn open_read_only(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(file).read_only(true).create_if_missing(false).connect().await
}

/// Prints how much is written, until it is dropped.
async fn report_size(target: &Path, total: u64) -> Infallible {
    let mut progress = Progress::new();
    loop {
        sleep(progress::INTERVAL).await;
        let written = fs::metadata(target).map_or(0, |file| file.len());
        progress.update(|| format!("Copied {} of at most {}", size(written), size(total)));
    }
}

/// A path as SQLite takes it.
pub(super) fn text_of(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("the name of the file is not UTF-8: {}", path.display()))
}
