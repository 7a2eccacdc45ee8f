//! `chorus export --ndjson` and `chorus import`: all events as lines of JSON.

mod changes;
mod export;
mod import;
mod input;
mod line;
mod output;
mod resume;

pub(super) use changes::apply;
pub use export::export_ndjson;
pub(super) use import::{finish_import, import_ndjson};
pub(super) use line::{EventLine, Kind};

/// Events that are read, or stored in one transaction, at a time. SQLite allows 32,766 values in a statement, and an event has 17.
pub(super) const BATCH_EVENTS: usize = 500;

/// The name that stands for standard input and output.
pub(super) const STANDARD_STREAM: &str = "-";
