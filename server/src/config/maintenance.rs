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

/// `chorus move`.
#[derive(Debug, Args)]
pub struct Move {
    /// The database to move to: sqlite://FILE or postgres://USER@HOST/NAME. It must be empty, or hold a part of the same move.
    /// Set a password in the environment, where other users of the machine cannot read it.
    #[arg(long, env = "CHORUS_MOVE_TO", hide_env_values = true, value_name = "URL")]
    pub to: String,
    #[command(flatten)]
    pub database: DatabaseSetting,
}
