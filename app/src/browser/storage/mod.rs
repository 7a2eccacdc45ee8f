//! Where drafts outlive the page: a database of the browser's, one record a draft, that all tabs of a person share; and
//! how a tab tells the others that it changed something. What is not sent yet is its tab's own.

mod composer_text;
mod database;
mod drafts;
mod journal;
mod notified;
mod tabs;

pub(crate) use composer_text::{composer_text, save_composer_text};
pub(crate) use drafts::{Withdrawal, claim, drafts, remove, store, update, withdraw};
pub(crate) use journal::{journal_entries, write_journal};
pub(crate) use notified::advance_mark;
pub(crate) use tabs::listen;
