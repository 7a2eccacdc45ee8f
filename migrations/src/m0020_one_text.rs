//! SQLite's search index stores no texts any more: a message's text is in `event`, and the full-text table has only its words'
//! positions (`content = ''`). The table `search_entry` says which message an entry of the index is.
//!
//! Nothing is indexed again: the new full-text table takes over the pages of the old one, and the old one's table of texts becomes
//! `search_entry`. The server replaces the texts in it by hashes in the background, with the progress in `search_fill`.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::statements::{index_again, run};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// FTS5 keeps a table `search` in `search_data` (the pages of the index), `search_idx` (their first words), `search_config` and
/// `search_content` (the texts), and renames them with it. `search_word` reads the words back out of the index.
const UP: [&str; 13] = [
    "ALTER TABLE search RENAME TO search_before",
    "CREATE VIRTUAL TABLE search USING fts5(words, content = '', tokenize = 'ascii', columnsize = 0)",
    "DROP TABLE search_data",
    "ALTER TABLE search_before_data RENAME TO search_data",
    "DROP TABLE search_idx",
    "ALTER TABLE search_before_idx RENAME TO search_idx",
    // `secure-delete`, and the version of the format that it needs.
    "REPLACE INTO search_config (k, v) SELECT k, v FROM search_before_config",
    "ALTER TABLE search_before_content RENAME TO search_entry",
    // The columns that FTS5 has named `c0` to `c2`.
    "ALTER TABLE search_entry RENAME COLUMN c0 TO words",
    "ALTER TABLE search_entry RENAME COLUMN c1 TO topic_id",
    "ALTER TABLE search_entry RENAME COLUMN c2 TO seq",
    "DROP TABLE search_before",
    "CREATE VIRTUAL TABLE search_word USING fts5vocab(search, instance)",
];
/// The index as `m0006_search` creates it, empty.
const DOWN: [&str; 5] = [
    "DROP TABLE search_word",
    "DROP TABLE search",
    "DROP TABLE search_entry",
    "CREATE VIRTUAL TABLE search USING fts5(words, topic_id UNINDEXED, seq UNINDEXED, tokenize = 'ascii', columnsize = 0)",
    "INSERT INTO search (search, rank) VALUES ('secure-delete', 1)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        change(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        change(manager, &DOWN).await
    }
}

/// PostgreSQL's index has no texts.
async fn change(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Sqlite {
        return Ok(());
    }
    run(manager, statements).await?;
    index_again(manager).await
}
