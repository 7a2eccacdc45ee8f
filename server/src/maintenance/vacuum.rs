//! `chorus vacuum`.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::{
    copy::{INTERRUPTED, check_integrity, copy_sqlite},
    new_file::NewFile,
    postgres_client,
    progress::{print, size},
    replace::{Owner, replace_equal},
    restore::fold_log,
};
use crate::database::{Database, FileLock, path_in, sidecar};

/// Merges the search index, in which deleted messages have left gaps.
const MERGE_INDEX_SQL: &str = "INSERT INTO search (search) VALUES ('optimize')";
/// The oldest versions have no index.
const FIND_INDEX_SQL: &str = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'search'";

/// Rewrites a SQLite database without free pages, in a mode in which a server gives later ones back to the disk. Returns a line
/// about it.
///
/// Errors: the database is PostgreSQL's, which has a command of its own for it; a server uses the database; the disk has no space
/// for the copy. The content of the database is the same then.
pub async fn vacuum(url: &str, interrupt: &CancellationToken) -> anyhow::Result<String> {
    if Database::is_postgres(url) {
        let command = postgres_client::vacuum_command(url)?;
        bail!(
            "PostgreSQL reuses the space of deleted rows by itself; to give it back to the disk, stop all servers, then run: \
             {command}"
        );
    }
    let place = path_in(url)?;
    let place =
        place.canonicalize().with_context(|| format!("cannot read the database {}", place.display()))?;
    let _lock = FileLock::acquire(url, &place)?;
    let before = bytes_of(&place)?;
    let owner = Owner::of_database(&place, false)?;
    let failed = || format!("cannot write beside {}", place.display());
    let new = NewFile::beside(&place, fs::metadata(&place)?.permissions()).with_context(failed)?;
    print(&format!("{}: {}", place.display(), size(before)));
    let database = Database::open(url).await?;
    merge_index(&database, interrupt).await?;
    // Another program, which does not know the lock, cannot write what the copy would lack.
    let held = database.begin().await.context("cannot lock the database for the copy")?;
    copy_sqlite(&place, new.path(), interrupt).await?;
    check_integrity(new.path(), interrupt).await?;
    let after = new.sync().with_context(failed)?;
    held.rollback().await?;
    database.close().await;
    fold_log(url, &place).await?;
    replace_equal(&place, &new, &owner).with_context(|| format!("cannot replace {}", place.display()))?;
    Ok(format!("Vacuumed {}: {} before, {} now", place.display(), size(before), size(after)))
}

/// The bytes of a database and its write-ahead log.
fn bytes_of(place: &Path) -> anyhow::Result<u64> {
    let log = fs::metadata(sidecar(place, "-wal")).map_or(0, |log| log.len());
    Ok(fs::metadata(place)?.len() + log)
}

/// Changes nothing that a search finds. After an interruption SQLite rolls it back.
async fn merge_index(database: &Database, interrupt: &CancellationToken) -> anyhow::Result<()> {
    print("Merging the search index");
    match interrupt.run_until_cancelled(optimize(database)).await {
        Some(merged) => merged.context("cannot merge the search index"),
        None => bail!(INTERRUPTED),
    }
}

async fn optimize(database: &Database) -> Result<(), DbErr> {
    let index = Statement::from_string(DbBackend::Sqlite, FIND_INDEX_SQL);
    if database.read().query_one_raw(index).await?.is_some() {
        database.write().execute_unprepared(MERGE_INDEX_SQL).await?;
    }
    Ok(())
}
