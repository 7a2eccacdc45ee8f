//! The migrations of the database's schema, a file for each. A released migration never changes. It does not use the server's
//! entities, which change with later migrations.

use sea_orm_migration::prelude::*;
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

mod atomic;
mod m0001_log;
mod m0002_session;
mod m0003_changes;
mod m0004_people;
mod m0005_directory;
mod m0006_search;
mod m0007_pace;
mod m0008_appended;
mod m0009_forgotten_fingerprints;
mod m0010_clock;
mod m0011_session_key;
mod m0012_dialect;
mod m0013_one_spelling;
mod m0014_shortcodes;
mod m0015_takeover;
mod m0016_words;
mod m0017_rewinds;
mod m0018_favourites;
mod m0019_rights;
mod m0020_one_text;
mod m0021_networks;
mod statements;

use atomic::Atomic;

/// All migrations, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Atomic(m0001_log::Migration)),
            Box::new(Atomic(m0002_session::Migration)),
            Box::new(Atomic(m0003_changes::Migration)),
            Box::new(Atomic(m0004_people::Migration)),
            Box::new(Atomic(m0005_directory::Migration)),
            Box::new(Atomic(m0006_search::Migration)),
            Box::new(Atomic(m0007_pace::Migration)),
            Box::new(Atomic(m0008_appended::Migration)),
            Box::new(Atomic(m0009_forgotten_fingerprints::Migration)),
            Box::new(Atomic(m0010_clock::Migration)),
            Box::new(Atomic(m0011_session_key::Migration)),
            Box::new(Atomic(m0012_dialect::Migration)),
            Box::new(Atomic(m0013_one_spelling::Migration)),
            Box::new(Atomic(m0014_shortcodes::Migration)),
            Box::new(Atomic(m0015_takeover::Migration)),
            Box::new(Atomic(m0016_words::Migration)),
            Box::new(Atomic(m0017_rewinds::Migration)),
            Box::new(Atomic(m0018_favourites::Migration)),
            Box::new(Atomic(m0019_rights::Migration)),
            Box::new(Atomic(m0020_one_text::Migration)),
            Box::new(Atomic(m0021_networks::Migration)),
        ]
    }
}
