//! Every setting, its default and its manual: the doc comments below are what `chorus --help` prints.

mod check;
mod environment;
mod limits;
mod sync;
mod values;

use std::net::SocketAddr;

use app::protocol::TopicName;
use clap::{Args, Parser, Subcommand};

pub use check::SettingError;
pub use environment::{UnknownVariables, check_environment};
pub use limits::Limits;
pub use sync::SyncMode;
use values::{listen, log_filter, origin, public_url, secret};

/// Chorus: a self-hosted chat in one executable.
#[derive(Debug, Parser)]
#[command(name = "chorus", version, args_conflicts_with_subcommands = true, max_term_width = 110)]
pub struct Cli {
    /// What to do; without it, serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings of `serve`.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the program does.
// Made once, at start.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the chat (the default).
    Serve(Settings),
    /// Change the database's schema by hand; `serve` brings it up to date by itself.
    Migrate(Migrate),
    /// After restoring a backup, before serving it: begin a new epoch, so that clients which saw what the backup does not
    /// hold start afresh instead of mixing two histories. A SQLite file restored where it was served does so by itself.
    NewEpoch(DatabaseSetting),
    /// List the topics, or remove one for good.
    Topic(TopicCommand),
}

/// `chorus topic`.
#[derive(Debug, Args)]
pub struct TopicCommand {
    /// What to do.
    #[command(subcommand)]
    pub action: TopicAction,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus topic …`.
#[derive(Debug, Clone, Subcommand)]
pub enum TopicAction {
    /// List the topics: messages, when each was used last, and its name.
    List,
    /// Remove a topic with all its messages, and with whatever is known of who follows it. To be run while no server runs on
    /// the database. The topic may be begun anew; whoever knew the old one then starts afresh.
    Remove {
        /// The topic's name, as in its address.
        name: TopicName,
    },
}

/// `chorus migrate`.
#[derive(Debug, Args)]
pub struct Migrate {
    /// What to do with the schema.
    #[command(subcommand)]
    pub action: MigrateAction,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseSetting,
}

/// `chorus migrate …`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum MigrateAction {
    /// Take every step that was not taken.
    Up,
    /// Take the newest step back. What it stored is gone.
    Down,
    /// List the steps and whether they were taken.
    Status,
}

/// Where the log is kept.
#[derive(Debug, Clone, Args)]
pub struct DatabaseSetting {
    /// The database. sqlite://FILE: a file, created with its folder when it is not there. postgres://USER@HOST/NAME: a
    /// database that is there; add ?sslmode=verify-full to insist on an encrypted line to the right server. Give a
    /// password in the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        env = "CHORUS_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/chorus.db",
        value_name = "URL",
        global = true
    )]
    pub database: String,

    /// Go on although the environment has variables that begin with CHORUS_ and are no settings; otherwise they are taken for
    /// mistyped ones.
    #[arg(long, env = "CHORUS_ALLOW_UNKNOWN_VARIABLES", global = true)]
    pub allow_unknown_variables: bool,
}

/// The settings of `serve`.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The address to listen on: 127.0.0.1:3000 for this machine alone, 0.0.0.0:3000 or [::]:3000 for all networks. The name of a
    /// host stands for its first IPv4 address, or else its first. Port 0 takes a free one.
    #[arg(long, env = "CHORUS_LISTEN", default_value = "127.0.0.1:3000", value_name = "ADDRESS:PORT", value_parser = listen)]
    pub listen: SocketAddr,

    /// The database. sqlite://FILE: a file, created with its folder when it is not there. postgres://USER@HOST/NAME: a
    /// database that is there; add ?sslmode=verify-full to insist on an encrypted line to the right server. Give a
    /// password in the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        env = "CHORUS_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/chorus.db",
        value_name = "URL"
    )]
    pub database: String,

    /// Seconds to wait at the start for a PostgreSQL that does not answer yet. 0 does not wait.
    #[arg(long, env = "CHORUS_DATABASE_WAIT_SECONDS", default_value_t = 60, value_name = "N")]
    pub database_wait_seconds: u64,

    /// What an acknowledgement survives. full: a power cut; each commit waits until the disk has it. normal: the end of
    /// this process, however sudden, but not a power cut, which may take the newest messages although they were
    /// acknowledged; what is older stays whole and in order. With PostgreSQL, full and normal set synchronous_commit to
    /// on and off for Chorus' own connections; a crash of the PostgreSQL server is then like a power cut.
    #[arg(
        long,
        env = "CHORUS_SYNC",
        default_value = "full",
        value_name = "full|normal",
        hide_possible_values = true
    )]
    pub sync: SyncMode,

    /// A secret that everyone must give to enter: people once on the page, scripts as a bearer token. Without it the
    /// chat is open. Give it in the environment, where other users of the machine cannot read it.
    #[arg(long, env = "CHORUS_ACCESS_SECRET", hide_env_values = true, value_name = "SECRET", value_parser = secret)]
    pub access_secret: Option<String>,

    /// Another origin (scheme://host[:port]) whose pages may connect and post. The server's own needs no mention.
    #[arg(long, env = "CHORUS_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN", value_parser = origin)]
    pub allow_origin: Vec<String>,

    /// The address that people reach the server at (scheme://host[:port]), for links in feeds, previews and the sitemap; its pages may
    /// connect and post. Without it, it is as each request says: by its Host, and X-Forwarded-Proto of a proxy.
    #[arg(long, env = "CHORUS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,

    /// Mark cookies as Secure: set this when people reach the server over https.
    #[arg(long, env = "CHORUS_SECURE_COOKIES")]
    pub secure_cookies: bool,

    /// The topic that comes first in the directory, and that of plain clients that name none.
    #[arg(long, env = "CHORUS_DEFAULT_TOPIC", default_value = "lobby", value_name = "TOPIC")]
    pub default_topic: TopicName,

    /// Ping every connection this often, in seconds; 0 never does.
    #[arg(long, env = "CHORUS_PING_SECONDS", default_value_t = 25, value_name = "N")]
    pub ping_seconds: u64,

    /// Close a connection that was silent for the ping interval and this many seconds more.
    #[arg(long, env = "CHORUS_PONG_SECONDS", default_value_t = 10, value_name = "N")]
    pub pong_seconds: u64,

    /// On SIGTERM, SIGHUP or Ctrl-C, give connections this many seconds to end; requests that are not done after half of them are cut.
    /// A second SIGTERM or Ctrl-C, a second later or more, ends the server at once.
    #[arg(long, env = "CHORUS_SHUTDOWN_SECONDS", default_value_t = 10, value_name = "N")]
    pub shutdown_seconds: u64,

    /// What to log, to standard error: off, error, warn, info, debug or trace, or a tracing filter.
    #[arg(
        long,
        env = "CHORUS_LOG",
        default_value = "info,sea_orm_migration=warn",
        value_name = "FILTER",
        value_parser = log_filter
    )]
    pub log: String,

    /// Start although the environment has variables that begin with CHORUS_ and are no settings; otherwise they are taken for
    /// mistyped ones. Those that begin with CHORUS_TEST_ are left to tests, and those that Kubernetes makes for a service of
    /// that name (CHORUS_SERVICE_HOST, CHORUS_PORT=tcp://…) are never taken for settings.
    #[arg(long, env = "CHORUS_ALLOW_UNKNOWN_VARIABLES")]
    pub allow_unknown_variables: bool,

    /// The limits.
    #[command(flatten)]
    pub limits: Limits,
}

impl Cli {
    /// The settings to serve with, or the migration to run.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Serve(self.settings))
    }
}

impl Command {
    /// Whether variables of the environment that are no settings do not matter.
    pub fn allows_unknown_variables(&self) -> bool {
        match self {
            Self::Serve(settings) => settings.allow_unknown_variables,
            Self::Migrate(migrate) => migrate.database.allow_unknown_variables,
            Self::NewEpoch(database) => database.allow_unknown_variables,
            Self::Topic(topic) => topic.database.allow_unknown_variables,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(Cli::into_command)
    }

    #[test]
    fn chorus_alone_serves_with_the_same_defaults_as_chorus_serve() {
        let (Command::Serve(alone), Command::Serve(serve)) =
            (parse("chorus").unwrap(), parse("chorus serve").unwrap())
        else {
            panic!("both serve")
        };
        assert_eq!(format!("{alone:?}"), format!("{serve:?}"));
        assert_eq!(alone.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(alone.database, "sqlite://data/chorus.db");
    }

    #[test]
    fn settings_are_taken_with_and_without_the_word_serve() {
        for line in ["chorus --listen 0.0.0.0:80", "chorus serve --listen 0.0.0.0:80"] {
            let Command::Serve(settings) = parse(line).unwrap() else { panic!("{line} serves") };
            assert_eq!(settings.listen.to_string(), "0.0.0.0:80");
        }
    }

    #[test]
    fn migrate_takes_the_database_before_or_after_the_action() {
        for line in
            ["chorus migrate --database sqlite://x status", "chorus migrate status --database sqlite://x"]
        {
            let Command::Migrate(migrate) = parse(line).unwrap() else { panic!("{line} migrates") };
            assert_eq!(migrate.database.database, "sqlite://x");
        }
    }

    #[test]
    fn what_is_no_setting_is_refused() {
        for line in [
            "chorus --nonsense",
            "chorus --public-url https://a.example/chat",
            "chorus --listen nowhere",
            "chorus --access-secret short",
            "chorus dance",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let check = |line: &str| match parse(line).unwrap() {
            Command::Serve(settings) => settings.check(),
            other => panic!("{line} serves, not {other:?}"),
        };
        assert_eq!(check("chorus"), Ok(()));
        assert_eq!(check("chorus --in-flight 0"), Err(SettingError::Zero("in-flight")));
        assert_eq!(check("chorus --commit-queue 0"), Err(SettingError::Zero("commit-queue")));
        let long = check("chorus --shutdown-seconds 18446744073709551615");
        assert_eq!(long, Err(SettingError::TooLong("shutdown-seconds")));
        assert_eq!(check("chorus --body-bytes 60000"), Err(SettingError::FrameTooSmall(121_024)));
    }
}
