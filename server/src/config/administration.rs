//! The subcommands for topics, owners and the schema.

use app::protocol::TopicName;
use clap::{Args, Subcommand};

use super::{DatabaseSetting, values::public_url};
use crate::public_url::PublicUrl;

/// `chorus topic`.
#[derive(Debug, Args)]
pub struct TopicCommand {
    /// The action.
    #[command(subcommand)]
    pub action: TopicAction,
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus topic …`.
#[derive(Debug, Clone, Subcommand)]
pub enum TopicAction {
    /// List the topics: the number of messages, the time of the last event, and the name.
    List,
    /// Remove a topic with all its messages and memberships. No server may run on the database meanwhile. The topic can be
    /// created again; clients that know the old one then start afresh.
    Remove {
        /// The topic's name, as in its address.
        name: TopicName,
    },
}

/// `chorus owner-code`.
#[derive(Debug, Args)]
pub struct OwnerCode {
    /// The chat's URL, as `serve` has it, for the address of the page that takes the code.
    #[arg(long, env = "CHORUS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<PublicUrl>,
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The action.
    #[command(subcommand)]
    pub action: MigrateAction,
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus migrate …`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum MigrateAction {
    /// Apply all pending migrations.
    Up,
    /// Revert the newest migration. The data that it stored is lost. No server may run on the database meanwhile.
    Down,
    /// List the migrations and whether each is applied.
    Status,
}
