//! Databases for tests: each test gets one of its own, gone when the test is. And choices that a seed repeats ([`Random`]).
//!
//! [`sqlite`] is a file in a folder. [`postgres`] is a database in a PostgreSQL that is started once a test program, and
//! ends with it. Where there is none, that is said aloud and its tests pass, unless `CHORUS_TEST_POSTGRES=require`.

// Outside of `#[test]` functions clippy cannot see that this is for tests only.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod postgres;
mod program;
mod proxy;
mod random;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use postgres::{Postgres, find as find_postgres, postgres};
pub use proxy::{Freeze, Proxy};
pub use random::Random;

/// An empty database of a test's own, and where it is.
#[derive(Debug)]
pub struct Place {
    url: String,
    /// Gone with the place, and the file with it.
    folder: TempDir,
}

impl Place {
    /// The URL to open it with.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A folder of the test's own.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file, where the database is one.
    pub fn file(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite://").map(PathBuf::from)
    }

    fn new(url: impl FnOnce(&Path) -> String) -> Self {
        let folder = TempDir::new().expect("a folder for a test");
        Self { url: url(folder.path()), folder }
    }
}

/// A place for a SQLite file.
pub fn sqlite() -> Place {
    Place::new(|folder| format!("sqlite://{}/test.db", folder.display()))
}

/// A place of the kind that `CHORUS_TEST_DATABASE` names: `sqlite`, unless it says `postgres` and there is one.
pub fn chosen() -> Place {
    match std::env::var("CHORUS_TEST_DATABASE").as_deref() {
        Err(_) | Ok("sqlite") => sqlite(),
        Ok("postgres") => postgres().unwrap_or_else(sqlite),
        Ok(other) => panic!("CHORUS_TEST_DATABASE={other}: sqlite or postgres"),
    }
}

/// Runs each of these `async fn(Place)` against every kind of database: `sqlite::name` and `postgres::name`.
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
                    if let Some(place) = $crate::postgres() {
                        super::$name(place).await;
                    }
                }
            )+
        }
    };
}
