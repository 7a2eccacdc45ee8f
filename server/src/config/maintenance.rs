//! The subcommands that copy a chat: backups, exports and moves.

use std::path::PathBuf;

use clap::Args;

use super::DatabaseSetting;

/// `chorus backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write. It must not exist yet.
    pub file: PathBuf,
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup.
    pub file: PathBuf,
    #[command(flatten)]
    pub database: DatabaseSetting,
}
