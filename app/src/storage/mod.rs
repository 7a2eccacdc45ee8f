//! Where drafts outlive the page: a database of the browser's, one record a draft, that all tabs of a person share; and
//! how a tab tells the others that it changed something.

mod database;
mod drafts;
mod legacy;
mod tabs;

pub(crate) use drafts::{Taken, claim, drafts, forget, keep, revise, take};
pub(crate) use legacy::take_over;
pub(crate) use tabs::listen;
