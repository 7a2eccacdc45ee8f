//! Copies of a chat: backups, exports, imports, moves to another database, and a smaller file in place of the database.
//!
//! Each function is a subcommand: it reports its progress on standard error, and its errors are for the person who runs it. A
//! command that is dropped leaves nothing half-written behind that a server would read.

mod archive;
mod backup;
mod copy;
mod foreign;
mod import;
mod move_chat;
mod ndjson;
mod new_file;
mod postgres_client;
mod progress;
mod replace;
mod restore;
mod source;
mod vacuum;

pub use archive::export_html;
pub use backup::back_up;
pub use import::import;
pub use move_chat::move_chat;
pub use ndjson::export_ndjson;
pub use restore::restore;
pub use vacuum::vacuum;
