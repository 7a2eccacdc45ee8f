//! `chorus move`: copies all rows to another database, with the same positions and epochs.
//!
//! The search index is not copied: each kind of database has its own, which the server fills in the background. The table
//! `chorus_move` in the target names the chat that is being moved, until the move is complete.

mod checksum;
mod table;
mod target;

use anyhow::{Context, bail};
use sea_orm::{ConnectionTrait, Statement};

use super::progress::{Progress, print};
use crate::{
    database::Database,
    event_log::{instance, write_watermark},
};
use checksum::Checksum;
use table::{TABLES, Table};
use target::{begin, finish};

/// Rows in one transaction. SQLite allows 32,766 values in a statement, and an event has 17.
const BATCH_ROWS: usize = 500;

/// Copies a chat to an empty database, or goes on with a move that was interrupted. Returns a line about what was moved.
///
/// Errors: a server uses one of them; the target holds another chat; rows differ at the end.
pub async fn move_chat(from: &str, to: &str) -> anyhow::Result<String> {
    let source = Database::open_offline(from).await.context("cannot move from here")?;
    let target = Database::open_offline(to).await.context("cannot move there")?;
    let moved = move_between(&source, &target).await;
    source.close().await;
    target.close().await;
    moved
}

async fn move_between(source: &Database, target: &Database) -> anyhow::Result<String> {
    source.migrate().await?;
    source.refuse_half_moved().await?;
    target.migrate().await?;
    refuse_lost_events(source).await?;
    let chat = instance(source).await?;
    begin(target, &chat.0).await?;
    for table in TABLES {
        copy(source, target, table).await.with_context(|| format!("cannot copy the table {}", table.name))?;
    }
    let mut rows = 0;
    for table in TABLES {
        rows += compare(source, target, table).await?;
    }
    finish(target).await?;
    write_watermark(target).await?;
    Ok(format!("Moved {rows} rows from {} to {}", source.name(), target.name()))
}

/// A chat whose acknowledged events are missing needs a new epoch first, which the target would not have.
async fn refuse_lost_events(source: &Database) -> anyhow::Result<()> {
    let lost = "SELECT 1 AS lost FROM store WHERE events_lost";
    let lost = Statement::from_string(source.read().get_database_backend(), lost);
    if source.read().query_one_raw(lost).await?.is_some() {
        bail!("the database lacks events that were acknowledged: run `chorus new-epoch` first");
    }
    Ok(())
}

/// Copies the rows that the target lacks. Rows are copied in the order of their key, so an interrupted copy of a table whose key
/// is a number goes on after its last row.
async fn copy(source: &Database, target: &Database, table: &Table) -> anyhow::Result<()> {
    let mut after = table.last_key(target).await?;
    let mut progress = Progress::new();
    let mut copied = 0;
    loop {
        let rows = table.read(source, after.as_deref(), BATCH_ROWS).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(table.key_of(last));
        copied += rows.len();
        table.insert(target, rows).await?;
        progress.update(|| format!("Table {}: {copied} rows copied", table.name));
    }
}

/// Returns the number of rows. Errors: the tables are not equal.
async fn compare(source: &Database, target: &Database, table: &Table) -> anyhow::Result<u64> {
    let expected = Checksum::of(source, table).await?;
    let found = Checksum::of(target, table).await?;
    if expected != found {
        bail!(
            "the table {} differs after the move: {expected} here, {found} there; the chat was changed meanwhile, so empty the \
             new database and move again",
            table.name
        );
    }
    print(&format!("Table {}: {expected}, the same in both", table.name));
    Ok(expected.rows)
}
