//! The subcommands that copy a chat: backups, exports and moves.

use std::path::PathBuf;

use clap::Args;

use super::{DatabaseSetting, EventPosition};

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

/// `chorus export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The file to write, or - for standard output. It must not exist yet, except with --after, which adds to it.
    #[arg(long, value_name = "FILE", required_unless_present = "html")]
    pub ndjson: Option<PathBuf>,
    /// The folder for an archive of all topics as pages of HTML. It is created, or has an archive that is replaced. Everyone who
    /// can read the folder can read all messages.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["ndjson", "after"])]
    pub html: Option<PathBuf>,
    /// The topic and the seq of the last event of an export that was interrupted: go on after it.
    #[arg(long, value_name = "TOPIC:SEQ")]
    pub after: Option<EventPosition>,
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The file of an export, or - for standard input; or the folder of an unpacked export of Slack or Zulip.
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
