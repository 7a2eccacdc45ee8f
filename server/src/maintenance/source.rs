//! The database of commands that only read it, also while a server uses it.

use anyhow::{Context, bail};

use crate::database::{Database, path_in};

/// Opens a database, and closes it after `read`.
///
/// Errors: there is none; it is of another version; it holds a part of a move.
pub(super) async fn read_from(
    url: &str,
    read: impl AsyncFnOnce(&Database) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    if !Database::is_postgres(url) {
        let source = path_in(url)?;
        source.metadata().with_context(|| format!("cannot read the database {}", source.display()))?;
    }
    let database = Database::open(url).await?;
    let done = match check(&database).await {
        Ok(()) => read(&database).await,
        Err(error) => Err(error),
    };
    database.close().await;
    done
}

/// Tables are read as they are after all migrations, and none is changed.
async fn check(database: &Database) -> anyhow::Result<()> {
    let is_complete = database.migrations().await?.iter().all(|(_, is_applied)| *is_applied);
    if !is_complete {
        bail!("the database is of another version; run `chorus migrate up` first");
    }
    Ok(database.refuse_half_moved().await?)
}
