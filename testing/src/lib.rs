//! Test support: a temporary database per test, a pooler ([`PgBouncer`]), load balancers ([`LoadBalancer`]), a NATS server
//! ([`Nats`]), a proxy that stalls and damages connections ([`Proxy`]), futures that are dropped early ([`poll_times`]), and a
//! seeded random generator ([`Random`]).
//!
//! [`sqlite`] creates a file in a temporary folder. [`postgres`] creates a database in a PostgreSQL server that is started once
//! per test program and ends with it. On a machine without PostgreSQL a notice is printed and the tests that need it pass, unless
//! `CHORUS_TEST_POSTGRES=require` is set.

// Outside of `#[test]` functions clippy cannot see that this is for tests only.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod cancellation;
mod load_balancer;
mod nats;
mod pgbouncer;
mod postgres;
mod program;
mod proxy;
mod random;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use cancellation::poll_times;
pub use load_balancer::{Balancer, LoadBalancer};
pub use nats::{Nats, nats};
pub use pgbouncer::{PgBouncer, pgbouncer};
pub use postgres::{Postgres, find as find_postgres, postgres};
pub use proxy::{Direction, Flow, Freeze, Hints, Proxy};
pub use random::Random;

/// An empty database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    /// The URL of PostgreSQL itself, if the other one leads to a pooler.
    direct_url: Option<String>,
    /// Removed on drop, together with a SQLite file in it.
    folder: TempDir,
}

impl TestDatabase {
    /// The URL in the form that `chorus --database` takes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns a second handle on a PostgreSQL database, for another server on it.
    ///
    /// # Panics
    /// If the database is a SQLite file, which is removed with its handle.
    #[must_use]
    pub fn shared(&self) -> Self {
        assert!(self.file().is_none(), "a SQLite file has one server");
        Self { direct_url: self.direct_url.clone(), ..Self::new(|_| self.url.clone()) }
    }

    /// The URL that `chorus --database-direct-url` takes, if there is a pooler.
    pub fn direct_url(&self) -> Option<&str> {
        self.direct_url.as_deref()
    }

    /// The URL without a pooler, in the form that `chorus --database` takes.
    pub fn unpooled_url(&self) -> &str {
        self.direct_url().unwrap_or(&self.url)
    }

    /// A temporary folder for this test's files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the SQLite file, or `None` for PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite://").map(PathBuf::from)
    }

    fn new(url: impl FnOnce(&Path) -> String) -> Self {
        let folder = TempDir::new().expect("a temporary folder for a test");
        Self { url: url(folder.path()), direct_url: None, folder }
    }
}

/// Returns the URL of a SQLite file that does not exist yet.
pub fn sqlite() -> TestDatabase {
    TestDatabase::new(|folder| format!("sqlite://{}/test.db", folder.display()))
}

/// Returns a database of the kind that `CHORUS_TEST_DATABASE` names. The default is SQLite, also when another one is
/// requested and not installed.
pub fn from_environment() -> TestDatabase {
    match std::env::var("CHORUS_TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => sqlite(),
        Ok("postgres") => postgres().unwrap_or_else(sqlite),
        Ok("pgbouncer") => pgbouncer().unwrap_or_else(sqlite),
        Ok(other) => panic!("CHORUS_TEST_DATABASE={other}: sqlite, postgres or pgbouncer"),
    }
}

/// Defines the tests `sqlite::name` and `postgres::name` for each `async fn name(database: TestDatabase)`.
#[macro_export]
macro_rules! for_each_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name($crate::sqlite()).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test]
                async fn $name() {
                    if let Some(database) = $crate::postgres() {
                        super::$name(database).await;
                    }
                }
            )+
        }
    };
}
