//! The command line: `chorus` alone, which serves, or one of its subcommands.

use clap::{Parser, Subcommand};

use super::{
    Backup, DatabaseSetting, Export, Import, Migrate, Move, OwnerCode, Restore, RunningServer, Settings,
    TopicCommand,
};

/// The last line of `chorus --help`.
const FURTHER_SETTINGS: &str = "Further settings, which few servers need, are in docs/SETTINGS.md.";

/// Chorus: a self-hosted chat in one executable.
#[derive(Debug, Parser)]
#[command(
    name = "chorus",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 110,
    after_help = FURTHER_SETTINGS
)]
pub struct Cli {
    /// The subcommand; `serve` by default.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

/// A subcommand.
// The size does not matter: one is created, at the start.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the chat (the default).
    #[command(after_help = FURTHER_SETTINGS)]
    Serve(Settings),
    /// Read all settings and look into the database, and print what a server would serve and what is wrong. Changes nothing. Exits with
    /// 1 if a server would not start.
    Check(Settings),
    /// Migrate the database's schema by hand; `serve` migrates it by itself.
    Migrate(Migrate),
    /// Begin a new epoch. Run this after restoring a backup and before serving it, so that clients which have seen newer
    /// messages than the backup's start afresh instead of mixing two histories. A SQLite file that is restored to the place
    /// where it was served does not need it: the server notices by itself.
    NewEpoch(DatabaseSetting),
    /// List the topics, or remove one permanently.
    Topic(TopicCommand),
    /// Print a code by which one person becomes an owner of the chat, who gives roles and bans people. Works also while a server runs. The
    /// code is valid for 15 minutes, and once.
    OwnerCode(OwnerCode),
    /// Copy a SQLite database into a file, also while a server uses it. For PostgreSQL, print the command that does it.
    Backup(Backup),
    /// Put a backup in the place of a SQLite database, which is kept under another name, and begin a new epoch. No server may
    /// run on the database meanwhile. For PostgreSQL, print the command that does it.
    Restore(Restore),
    /// Write all events as lines of JSON (NDJSON), or all topics as pages of HTML, also while a server runs. People's sessions,
    /// follows and read positions are not part of it. An export of lines that was interrupted goes on with --after.
    Export(Export),
    /// Store the events of an export in an empty database, with their positions and epochs, or the public channels of an export
    /// of Slack or Zulip in any. No server may run on the database meanwhile. Events that are there already are skipped, so an
    /// import can be repeated.
    Import(Import),
    /// Move a chat to another, empty database, from SQLite to PostgreSQL or back. No server may run on either meanwhile. A move
    /// that was interrupted goes on when it is started again.
    Move(Move),
    /// Rewrite a SQLite database so that its file has no free pages, and so that a server can give later ones back to the disk. The
    /// disk needs room for a copy meanwhile, and no server may run on the database. For PostgreSQL, print the command that does
    /// it.
    Vacuum(DatabaseSetting),
    /// Ask the server that runs on this machine whether it is ready, and print its answer and its metrics. Exits with 1 if it is
    /// not ready or does not answer.
    Status(RunningServer),
    /// Exit with 0 if the server that runs on this machine is ready, else with 1 and the reason: a health check for containers.
    Health(RunningServer),
}

impl Cli {
    /// Returns the subcommand; without one, `serve` with the settings given.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.settings))
    }
}

impl Command {
    /// Whether to ignore environment variables that look like settings and are not.
    pub fn allows_unknown_variables(&self) -> bool {
        match self {
            Self::Serve(settings) | Self::Check(settings) => settings.allow_unknown_variables,
            Self::Migrate(migrate) => migrate.database.allow_unknown_variables,
            Self::NewEpoch(database) | Self::Vacuum(database) => database.allow_unknown_variables,
            Self::Topic(topic) => topic.database.allow_unknown_variables,
            Self::OwnerCode(owner) => owner.database.allow_unknown_variables,
            Self::Backup(backup) => backup.database.allow_unknown_variables,
            Self::Restore(restore) => restore.database.allow_unknown_variables,
            Self::Export(export) => export.database.allow_unknown_variables,
            Self::Import(import) => import.database.allow_unknown_variables,
            Self::Move(to) => to.database.allow_unknown_variables,
            Self::Status(server) | Self::Health(server) => server.allow_unknown_variables,
        }
    }
}
