//! The tables that are moved, with their columns, and how rows are read and written in either kind of database.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement, Value};

use crate::database::Database;

/// The type of a column, which is read and bound in the same way in both kinds of database.
#[derive(Debug, Clone, Copy)]
pub(super) enum Type {
    Small,
    Int,
    Big,
    Bool,
    Text,
    Bytes,
    Uuid,
}

/// A table, whose first `key` columns are its primary key.
pub(super) struct Table {
    pub(super) name: &'static str,
    key: usize,
    /// Whether all databases sort the key alike, since it has numbers only.
    is_sorted_alike: bool,
    columns: &'static [(&'static str, Type)],
}

/// All tables with rows of the chat, after those that they refer to.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "store",
        key: 1,
        is_sorted_alike: true,
        columns: &[("id", Type::Int), ("epoch", Type::Text), ("clock", Type::Big)],
    },
    Table {
        name: "session_key",
        key: 1,
        is_sorted_alike: true,
        columns: &[("id", Type::Int), ("secret", Type::Bytes)],
    },
    Table {
        name: "session",
        key: 1,
        is_sorted_alike: false,
        columns: &[
            ("token_hash", Type::Bytes),
            ("user", Type::Uuid),
            ("name", Type::Text),
            ("access", Type::Bytes),
            ("created_at", Type::Big),
            ("expires_at", Type::Big),
        ],
    },
    Table {
        name: "topic",
        key: 1,
        is_sorted_alike: true,
        columns: &[
            ("id", Type::Big),
            ("name", Type::Text),
            ("epoch", Type::Text),
            ("head", Type::Big),
            ("created_at", Type::Big),
            ("messages", Type::Big),
            ("active_at", Type::Big),
            ("title", Type::Text),
            ("description", Type::Text),
            ("folded", Type::Text),
            ("visibility", Type::Small),
            ("state", Type::Small),
            ("inviters", Type::Small),
        ],
    },
    Table {
        name: "event",
        key: 2,
        is_sorted_alike: true,
        columns: &[
            ("topic_id", Type::Big),
            ("seq", Type::Big),
            ("at", Type::Big),
            ("kind", Type::Small),
            ("author", Type::Uuid),
            ("author_name", Type::Text),
            ("unverified", Type::Bool),
            ("draft", Type::Uuid),
            ("fingerprint", Type::Bytes),
            ("body", Type::Text),
            ("message", Type::Big),
            ("revision", Type::Big),
            ("messages", Type::Big),
            ("reply_to", Type::Big),
            ("html", Type::Text),
            ("mentions", Type::Bytes),
            ("dialect", Type::Small),
        ],
    },
    Table {
        name: "reaction",
        key: 4,
        is_sorted_alike: false,
        columns: &[
            ("topic_id", Type::Big),
            ("message", Type::Big),
            ("emoji", Type::Text),
            ("user", Type::Uuid),
            ("name", Type::Text),
            ("seq", Type::Big),
        ],
    },
    Table {
        name: "mention",
        key: 3,
        is_sorted_alike: false,
        columns: &[("user", Type::Uuid), ("topic_id", Type::Big), ("seq", Type::Big)],
    },
    Table {
        name: "member",
        key: 2,
        is_sorted_alike: false,
        columns: &[
            ("user", Type::Uuid),
            ("topic_id", Type::Big),
            ("follow", Type::Small),
            ("read", Type::Big),
            ("name_key", Type::Text),
            ("rewinds", Type::Big),
            ("favourite", Type::Bool),
        ],
    },
    Table {
        name: "person",
        key: 1,
        is_sorted_alike: false,
        columns: &[
            ("user", Type::Uuid),
            ("role", Type::Small),
            ("banned_until", Type::Big),
            ("muted_until", Type::Big),
        ],
    },
    Table {
        name: "policy",
        key: 1,
        is_sorted_alike: true,
        columns: &[
            ("id", Type::Int),
            ("readers", Type::Small),
            ("writers", Type::Small),
            ("makers", Type::Small),
        ],
    },
    Table {
        name: "rights",
        key: 1,
        is_sorted_alike: true,
        columns: &[("id", Type::Int), ("version", Type::Big)],
    },
    Table {
        name: "rights_change",
        key: 1,
        is_sorted_alike: true,
        columns: &[("version", Type::Big), ("user", Type::Uuid), ("at", Type::Big)],
    },
    Table {
        name: "one_time",
        key: 1,
        is_sorted_alike: false,
        columns: &[("hash", Type::Bytes), ("used_by", Type::Uuid), ("expires_at", Type::Big)],
    },
    Table {
        name: "audit",
        key: 1,
        is_sorted_alike: false,
        columns: &[
            ("id", Type::Uuid),
            ("at", Type::Big),
            ("act", Type::Small),
            ("actor", Type::Uuid),
            ("user", Type::Uuid),
            ("standing", Type::Text),
            ("reason", Type::Text),
        ],
    },
    Table {
        name: "network_ban",
        key: 1,
        is_sorted_alike: false,
        columns: &[
            ("network", Type::Text),
            ("banned_until", Type::Big),
            ("reason", Type::Text),
            ("actor", Type::Uuid),
            ("at", Type::Big),
        ],
    },
    Table {
        name: "participant",
        key: 2,
        is_sorted_alike: false,
        columns: &[("topic_id", Type::Big), ("user", Type::Uuid), ("role", Type::Small)],
    },
    Table {
        name: "topic_mute",
        key: 2,
        is_sorted_alike: false,
        columns: &[("topic_id", Type::Big), ("user", Type::Uuid), ("until", Type::Big)],
    },
];

/// The values of a row, in the order of the columns.
pub(super) type Row = Vec<Value>;

impl Table {
    /// Returns up to `count` rows after a key, in the order of the key.
    pub(super) async fn read(
        &self,
        database: &Database,
        after: Option<&[Value]>,
        count: usize,
    ) -> Result<Vec<Row>, DbErr> {
        let columns = self.list(self.columns.len());
        let key = self.list(self.key);
        let after_key =
            after.map_or_else(String::new, |_| format!("WHERE ({key}) > ({})", marks(1, self.key)));
        let sql = format!("SELECT {columns} FROM {} {after_key} ORDER BY {key} LIMIT {count}", self.name);
        let connection = database.read();
        let values = after.unwrap_or_default().to_vec();
        let select = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        connection.query_all_raw(select).await?.iter().map(|row| self.row(row)).collect()
    }

    /// Returns the key of the last row, if the next one in another database is the next after that.
    pub(super) async fn last_key(&self, database: &Database) -> Result<Option<Vec<Value>>, DbErr> {
        if !self.is_sorted_alike {
            return Ok(None);
        }
        let order: Vec<String> = self.names().take(self.key).map(|name| format!("{name} DESC")).collect();
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {} LIMIT 1",
            self.list(self.columns.len()),
            self.name,
            order.join(", ")
        );
        let connection = database.read();
        let last = Statement::from_string(connection.get_database_backend(), sql);
        let last = connection.query_one_raw(last).await?;
        last.map(|last| self.row(&last).map(|row| self.key_of(&row))).transpose()
    }

    /// Inserts rows in one transaction, except those whose key is there.
    pub(super) async fn insert(&self, database: &Database, rows: Vec<Row>) -> Result<(), DbErr> {
        let width = self.columns.len();
        let tuples: Vec<String> =
            (0..rows.len()).map(|row| format!("({})", marks(row * width + 1, width))).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES {} ON CONFLICT ({}) DO NOTHING",
            self.name,
            self.list(width),
            tuples.join(", "),
            self.list(self.key)
        );
        let transaction = database.begin().await?;
        let values: Vec<Value> = rows.into_iter().flatten().collect();
        let backend = transaction.get_database_backend();
        transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
        transaction.commit().await
    }

    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        row.iter().take(self.key).cloned().collect()
    }

    /// The first `count` columns. `user` is a word of SQL.
    fn list(&self, count: usize) -> String {
        self.names().take(count).collect::<Vec<_>>().join(", ")
    }

    fn names(&self) -> impl Iterator<Item = String> {
        self.columns.iter().map(|(name, _)| format!("\"{name}\""))
    }

    fn row(&self, row: &QueryResult) -> Result<Row, DbErr> {
        self.columns.iter().map(|&(name, of_type)| value(row, name, of_type)).collect()
    }
}

fn value(row: &QueryResult, name: &str, of_type: Type) -> Result<Value, DbErr> {
    Ok(match of_type {
        Type::Small => row.try_get::<Option<i16>>("", name)?.into(),
        Type::Int => row.try_get::<Option<i32>>("", name)?.into(),
        Type::Big => row.try_get::<Option<i64>>("", name)?.into(),
        Type::Bool => row.try_get::<Option<bool>>("", name)?.into(),
        Type::Text => row.try_get::<Option<String>>("", name)?.into(),
        Type::Bytes => row.try_get::<Option<Vec<u8>>>("", name)?.into(),
        Type::Uuid => row.try_get::<Option<uuid::Uuid>>("", name)?.into(),
    })
}

/// The placeholders of `count` values, from this number on.
fn marks(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Columns that belong to a database and not to the chat in it.
    const OF_THE_DATABASE: [&str; 3] = ["topic.indexed", "store.server", "store.events_lost"];
    const COLUMNS: &str = "SELECT m.name || '.' || c.name AS name FROM sqlite_master AS m, pragma_table_info(m.name) AS c \
        WHERE m.type = 'table' AND m.name NOT LIKE 'search%' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'seaql_migrations'";

    #[tokio::test]
    async fn every_column_of_the_schema_is_moved() {
        let file = testing::sqlite();
        let database = Database::open(file.url()).await.unwrap();
        database.migrate().await.unwrap();
        let columns = Statement::from_string(database.read().get_database_backend(), COLUMNS);
        let rows = database.read().query_all_raw(columns).await.unwrap();
        let mut expected: BTreeSet<String> =
            rows.iter().map(|row| row.try_get("", "name").unwrap()).collect();
        for column in OF_THE_DATABASE {
            assert!(expected.remove(column), "{column}");
        }
        let moved = TABLES.iter().flat_map(|table| {
            table.columns.iter().map(move |(column, _)| format!("{}.{column}", table.name))
        });
        assert_eq!(moved.collect::<BTreeSet<_>>(), expected);
        database.close().await;
    }
}
