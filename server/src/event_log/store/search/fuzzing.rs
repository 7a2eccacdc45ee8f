//! The texts that both databases interpret, for fuzzing.

use sea_orm::DbBackend;

use super::statements;
use crate::event_log::ParsedQuery;

const DATABASES: [DbBackend; 2] = [DbBackend::Sqlite, DbBackend::Postgres];
/// A topic of the query and of the indexed text.
const TOPIC_ID: i64 = 7;

/// The same in the syntax of each database.
#[derive(Debug)]
pub struct SearchSyntax {
    pub sqlite: String,
    pub postgres: String,
}

impl SearchSyntax {
    /// Returns what is indexed for a message with this body, by an author of this name.
    pub fn of_text(body: &str, author: &str) -> Self {
        let [sqlite, postgres] =
            DATABASES.map(|database| (statements::of(database).words)(body, TOPIC_ID, author));
        Self { sqlite, postgres }
    }

    /// Returns the query that finds messages.
    pub fn of_query(query: &ParsedQuery) -> Self {
        let [sqlite, postgres] =
            DATABASES.map(|database| (statements::of(database).query)(query, Some(TOPIC_ID)));
        Self { sqlite, postgres }
    }
}
