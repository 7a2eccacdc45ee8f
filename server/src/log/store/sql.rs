//! The text of the statement that appends, in a few sizes: SQLite keeps each of them prepared. Places in it that are left
//! empty are passed over.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use sea_orm::IdenStatic;

use super::row::COLUMNS;

/// Room for so many events.
const EVENTS: [usize; 13] = [1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256];
/// For so many mentions in them.
const MENTIONS: [usize; 4] = [0, 16, 128, 1_024];
/// For so many topics.
const TOPICS: [usize; 4] = [1, 8, 64, 256];
const MENTION_COLUMNS: usize = 3;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Size {
    events: usize,
    mentions: usize,
    topics: usize,
}

impl Size {
    /// Room for these; none where no statement has so much.
    pub(super) fn of(events: usize, mentions: usize, topics: usize) -> Option<Self> {
        Some(Self {
            events: room(&EVENTS, events)?,
            mentions: room(&MENTIONS, mentions)?,
            topics: room(&TOPICS, topics)?,
        })
    }

    /// Values before the first mention's.
    pub(super) fn events_end(self) -> usize {
        self.events * COLUMNS.len()
    }

    /// Values before the first topic's.
    pub(super) fn mentions_end(self) -> usize {
        self.events_end() + self.mentions * MENTION_COLUMNS
    }
}

/// The least of these sizes, in rising order, that has room.
pub(super) fn room(sizes: &[usize], wanted: usize) -> Option<usize> {
    sizes.iter().copied().find(|size| *size >= wanted)
}

/// The values of its events, of its mentions (`user`, `topic_id`, `seq`), then of its topics (`head`, `messages`,
/// `active_at`, `id`). Once a row is refused there is nothing to go on with: the transaction is taken back as a whole, and
/// no journal of the statement is needed (`OR FAIL`).
pub(super) fn append(size: Size) -> Arc<str> {
    static TEXTS: LazyLock<RwLock<HashMap<Size, Arc<str>>>> = LazyLock::new(RwLock::default);
    if let Some(text) = TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&size) {
        return Arc::clone(text);
    }
    let text = Arc::from(text(size));
    TEXTS.write().unwrap_or_else(PoisonError::into_inner).insert(size, Arc::clone(&text));
    text
}

fn text(Size { events, mentions, topics }: Size) -> String {
    let columns = COLUMNS.map(|column| format!("\"{}\"", column.as_str())).join(", ");
    let mut text = "BEGIN IMMEDIATE;".to_owned() + &insert("event", &columns, COLUMNS.len(), events);
    if mentions > 0 {
        text += &insert("mention", "\"user\", topic_id, seq", MENTION_COLUMNS, mentions);
    }
    text +=
        "UPDATE topic SET head = moved.column1, messages = moved.column2, active_at = moved.column3 FROM (";
    text += &values(4, topics);
    text += ") AS moved WHERE topic.id = moved.column4;COMMIT";
    text
}

fn insert(table: &str, columns: &str, width: usize, rows: usize) -> String {
    let values = values(width, rows);
    format!("INSERT OR FAIL INTO {table} ({columns}) SELECT * FROM ({values}) WHERE column1 IS NOT NULL;")
}

/// So many rows of so many places.
pub(super) fn values(width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("VALUES {}", vec![row; rows].join(", "))
}
