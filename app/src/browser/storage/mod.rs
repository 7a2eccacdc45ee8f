//! Drafts that outlive the page: an IndexedDB database with one record a draft, which all tabs of a person share, and a
//! channel over which tabs notify each other of changes and of the person's name. The text in a composer is stored for its tab alone.

mod composer_text;
mod database;
mod drafts;
mod journal;
mod notified;
mod tabs;

pub(crate) use composer_text::{composer_text, save_composer_text};
pub(crate) use drafts::{Withdrawal, claim, drafts, remove, store, update, withdraw};
pub(crate) use journal::{journal_entries, write_journal};
pub(crate) use notified::advance_position;
pub(crate) use tabs::{announce_name, listen};
