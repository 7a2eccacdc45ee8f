//! The text of the statement that appends, in a few sizes: SQLite keeps each of them prepared. Places in it that are left
//! empty are passed over.

use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

use sea_orm::IdenStatic;

use super::row::COLUMNS;
use crate::database::TransactionSql;

/// Room for so many events.
const EVENTS: [usize; 13] = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/// For so many mentions in them.
const MENTIONS: [usize; 4] = [0, 16, 128, 1_024];
const MENTION_COLUMNS: usize = 3;
/// An event's columns, and whether it is its topic's newest.
const EVENT_COLUMNS: usize = COLUMNS.len() + 1;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Size {
    events: usize,
    mentions: usize,
}

impl Size {
    /// Room for these; none where no statement has so much.
    pub(super) fn of(events: usize, mentions: usize) -> Option<Self> {
        Some(Self { events: room(&EVENTS, events)?, mentions: room(&MENTIONS, mentions)? })
    }

    /// Values before the first mention's.
    pub(super) fn events_end(self) -> usize {
        self.events * EVENT_COLUMNS
    }

    /// All values.
    pub(super) fn mentions_end(self) -> usize {
        self.events_end() + self.mentions * MENTION_COLUMNS
    }
}

/// The least of these sizes, in rising order, that has room.
pub(super) fn room(sizes: &[usize], wanted: usize) -> Option<usize> {
    sizes.iter().copied().find(|size| *size >= wanted)
}

/// The values of its events (each row's, then whether it is its topic's newest), then of its mentions (`user`, `topic_id`,
/// `seq`).
pub(super) fn append(size: Size) -> TransactionSql {
    static TEXTS: LazyLock<RwLock<HashMap<Size, TransactionSql>>> = LazyLock::new(RwLock::default);
    if let Some(text) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&size) {
        return text.clone();
    }
    let text = text(size);
    TEXTS.write().unwrap_or_else(PoisonError::into_inner).insert(size, text.clone());
    text
}

/// See the migration `m0008_appended`. A refused row takes the whole statement back; where there are several, nothing is gone
/// on with and the transaction is taken back as a whole, so no journal of a statement is needed (`OR FAIL`).
fn text(Size { events, mentions }: Size) -> TransactionSql {
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

/// So many rows of so many places.
pub(super) fn values(width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("VALUES {}", vec![row; rows].join(", "))
}
