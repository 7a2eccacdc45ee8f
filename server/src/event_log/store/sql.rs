//! The text of the fast append statement, in a few sizes so that SQLite keeps each of them prepared. Rows of the statement
//! that are NULL are skipped.

use std::{collections::HashMap, sync::LazyLock};

use parking_lot::RwLock;
use sea_orm::IdenStatic;

use super::row::COLUMNS;
use crate::database::TransactionSql;

const EVENT_SIZES: [usize; 13] = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const MENTION_SIZES: [usize; 4] = [0, 16, 128, 1_024];
const MENTION_COLUMNS: usize = 3;
/// An event's columns, and a flag whether the event is its topic's newest.
const EVENT_COLUMNS: usize = COLUMNS.len() + 1;

/// The capacity of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StatementSize {
    events: usize,
    mentions: usize,
}

impl StatementSize {
    /// Returns the smallest size that fits, or `None` if there is none.
    pub(super) fn of(events: usize, mentions: usize) -> Option<Self> {
        Some(Self { events: round_up(&EVENT_SIZES, events)?, mentions: round_up(&MENTION_SIZES, mentions)? })
    }

    /// The number of values before the first mention's.
    pub(super) fn events_end(self) -> usize {
        self.events * EVENT_COLUMNS
    }

    /// The number of all values.
    pub(super) fn mentions_end(self) -> usize {
        self.events_end() + self.mentions * MENTION_COLUMNS
    }
}

/// Returns the smallest of these ascending sizes that is at least `wanted`.
pub(super) fn round_up(sizes: &[usize], wanted: usize) -> Option<usize> {
    sizes.iter().copied().find(|size| *size >= wanted)
}

/// Returns the statement of a size. It takes the values of its events (each row's, then whether it is its topic's newest),
/// then of its mentions (`user`, `topic_id`, `seq`).
pub(super) fn append(size: StatementSize) -> TransactionSql {
    static TEXTS: LazyLock<RwLock<HashMap<StatementSize, TransactionSql>>> = LazyLock::new(RwLock::default);
    if let Some(text) = TEXTS.read().get(&size) {
        return text.clone();
    }
    let text = text(size);
    TEXTS.write().insert(size, text.clone());
    text
}

/// Inserts into the view `appended` (see the migration `m0008_appended`). A single statement rolls itself back when a row is
/// rejected. Several statements stop at the first rejection, and the transaction is rolled back as a whole: `OR FAIL` spares
/// SQLite the statement journal that a partial rollback would need.
fn text(StatementSize { events, mentions }: StatementSize) -> TransactionSql {
    let columns = COLUMNS.map(|column| format!("\"{}\", ", column.as_str())).concat() + "newest";
    let append = |or| insert(or, "appended", &columns, EVENT_COLUMNS, events);
    if mentions == 0 {
        return TransactionSql::Statement(append("").into());
    }
    let mention = insert("OR FAIL ", "mention", "\"user\", topic_id, seq", MENTION_COLUMNS, mentions);
    TransactionSql::Script(format!("BEGIN IMMEDIATE;{};{mention};COMMIT", append("OR FAIL ")).into())
}

fn insert(or: &str, table: &str, columns: &str, width: usize, rows: usize) -> String {
    let values = values(width, rows);
    format!("INSERT {or}INTO {table} ({columns}) SELECT * FROM ({values}) WHERE column1 IS NOT NULL")
}

/// Returns a `VALUES` clause of `rows` rows with `width` parameters each.
pub(super) fn values(width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("VALUES {}", vec![row; rows].join(", "))
}
