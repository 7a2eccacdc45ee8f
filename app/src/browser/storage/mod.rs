//! Where drafts outlive the page: a database of the browser's, one record a draft, that all tabs of a person share; and
//! how a tab tells the others that it changed something. What is not sent yet is its tab's own.

mod database;
mod drafts;
mod journal;
mod legacy;
mod tabs;
mod told;
mod unsent;

pub(crate) use drafts::{Taken, claim, drafts, forget, keep, revise, take};
pub(crate) use journal::{jot, jotted};
pub(crate) use legacy::take_over;
pub(crate) use tabs::listen;
pub(crate) use told::is_first;
pub(crate) use unsent::{keep_unsent, unsent};
