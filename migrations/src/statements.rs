//! Statements that migrations run as they are.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Runs statements in order, each without parameters.
pub(crate) async fn run(
    manager: &SchemaManager<'_>,
    statements: &[impl AsRef<str> + Sync],
) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement.as_ref()).await?;
    }
    Ok(())
}

/// Runs statements in order on SQLite, and none on PostgreSQL.
pub(crate) async fn run_on_sqlite(
    manager: &SchemaManager<'_>,
    statements: &[impl AsRef<str> + Sync],
) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        DbBackend::Sqlite => run(manager, statements).await,
        _ => Ok(()),
    }
}

/// Queues all messages for indexing, since the words of some have changed. The server compares the rows with the messages in the
/// background and rewrites those that differ.
///
/// Since `m0020_one_text`, SQLite's index has no texts: each chunk of messages of which one differs costs a read of the whole index,
/// while nobody else can write (a second for 500,000 messages). A migration that changes the words of many messages also has to
/// empty the index.
pub(crate) async fn index_again(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // On SQLite, messages after `indexed` are not in the index yet and will be added anyway.
    let until = if manager.get_database_backend() == DbBackend::Sqlite { "indexed" } else { "head" };
    let fill_all = format!(
        "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, {until} FROM topic WHERE {until} > 0 \
         ON CONFLICT (topic_id) DO UPDATE SET seq = 0, until = excluded.until"
    );
    run(manager, &[fill_all]).await
}
