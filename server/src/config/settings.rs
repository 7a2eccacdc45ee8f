//! The settings of `serve`, besides its limits.

use std::path::PathBuf;

use app::{page_data::BasePath, protocol::TopicName};
use clap::Args;

use super::{
    Hints, Limits, LogFormat, ServerAddresses, SyncMode,
    hints::HintsParser,
    secret::SecretParser,
    values::{MAX_SECONDS, log_filter, origin, proxies, public_url, range},
};
use crate::{forwarded::TrustedProxies, public_url::PublicUrl, web_origin::Origin};

/// The settings of `serve`. The command line's parser checks each value; a field that is set later is not checked again.
/// [`Settings::check`] compares settings with each other.
#[derive(Debug, Clone, Args)]
#[non_exhaustive]
pub struct Settings {
    /// File with settings, in TOML: a line like max-topics = 50 for each, by the name of its option. Options and environment variables
    /// win over it. SIGHUP reads it again instead of ending the server.
    #[arg(long, env = "CHORUS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    #[command(flatten)]
    pub addresses: ServerAddresses,

    /// Certificate for https without a reverse proxy: a file in PEM with the server's certificate and those that certify it.
    /// Needs tls-key. SIGHUP reads both files again.
    #[arg(long, env = "CHORUS_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of tls-cert: a file in PEM without a passphrase.
    #[arg(long, env = "CHORUS_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Database. sqlite://FILE: a file, which is created with its folder if it does not exist. postgres://USER@HOST/NAME:
    /// an existing database; add ?sslmode=verify-full to require an encrypted and verified connection. Set a password in
    /// the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        env = "CHORUS_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/chorus.db",
        value_name = "URL"
    )]
    pub database: String,

    /// URL of the PostgreSQL server itself, if the database's URL leads to a pooler such as PgBouncer. Migrations and
    /// notifications use it, since a pooler gives no connection a session of its own.
    #[arg(long, hide = true, env = "CHORUS_DATABASE_DIRECT_URL", hide_env_values = true, value_name = "URL")]
    pub database_direct_url: Option<String>,

    /// Seconds to wait at the start for a PostgreSQL server that does not answer yet, or is still a standby. 0 does not wait.
    #[arg(long, env = "CHORUS_DATABASE_WAIT_SECONDS", default_value_t = 60, value_name = "N", value_parser = range::<u64>(..=MAX_SECONDS))]
    pub database_wait_seconds: u64,

    /// Failure that acknowledged messages survive. full: a power cut, since each commit waits for the disk. normal: a crash
    /// of this process, but not a power cut, which may lose the newest messages; older ones stay complete and in order.
    /// With PostgreSQL, full and normal set synchronous_commit to on and off for Chorus' connections, and a crash of the
    /// PostgreSQL server counts as a power cut.
    #[arg(
        long,
        env = "CHORUS_SYNC",
        default_value = "full",
        value_name = "full|normal",
        hide_possible_values = true
    )]
    pub sync: SyncMode,

    /// How servers that share a PostgreSQL database notify each other of events at once. notify: by LISTEN and NOTIFY. none:
    /// they only poll. nats://[USER:PASSWORD@]HOST[:PORT], or tls://…: by a NATS server, or several of one cluster, separated
    /// by commas. Set a password in the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        hide = true,
        env = "CHORUS_HINTS",
        hide_env_values = true,
        default_value = "notify",
        value_name = "notify|none|nats://…",
        value_parser = HintsParser
    )]
    pub hints: Hints,

    /// Milliseconds between two polls for the events of other servers on the same PostgreSQL database. A poll finds
    /// events without a hint: one statement asks for the heads of the topics that are in use here.
    #[arg(long, hide = true, env = "CHORUS_POLL_MS", default_value_t = 1_000, value_name = "N", value_parser = range::<u64>(1..))]
    pub poll_ms: u64,

    /// Milliseconds between two polls for changes of people's rights, as bans, by other servers on the same PostgreSQL database.
    /// A poll finds changes without a hint: one statement reads their version.
    #[arg(long, hide = true, env = "CHORUS_RIGHTS_POLL_MS", default_value_t = 300, value_name = "N", value_parser = range::<u64>(1..))]
    pub rights_poll_ms: u64,

    /// Secret that everyone must give to enter: people once on the page, scripts as a bearer token. Without it the chat is
    /// open. Set it in the environment, or the name of a file in CHORUS_ACCESS_SECRET_FILE, where other users of the machine cannot
    /// read it.
    #[arg(long, env = "CHORUS_ACCESS_SECRET", hide_env_values = true, value_name = "SECRET", value_parser = SecretParser)]
    pub access_secret: Option<String>,

    /// Another origin (scheme://host[:port], several separated by commas) whose pages may connect and post, besides the
    /// server's own.
    #[arg(long, env = "CHORUS_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN", value_parser = origin)]
    pub allow_origin: Vec<Origin>,

    /// Public address of the server (scheme://host[:port][/path]): its pages may connect and post, requests may name its host,
    /// and links in feeds, previews and the sitemap begin with it. With https, cookies are marked as with --secure-cookies. With
    /// a path, such as https://site.example/chat, the server answers below this path only; a proxy passes the path on as it is. By
    /// default each request's Host is used, and what a trusted-proxy reports.
    #[arg(long, env = "CHORUS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<PublicUrl>,

    /// Mark cookies as Secure, and tell browsers to use https only, for a year (HSTS). Set this when people reach the server over
    /// https and never by http. Without it, cookies are Secure where public-url or a trusted-proxy says https, and with tls-cert.
    #[arg(long, env = "CHORUS_SECURE_COOKIES")]
    pub secure_cookies: bool,

    /// Networks of reverse proxies, as addresses or CIDR, separated by commas, or none; they replace the default. Of these
    /// peers alone, X-Forwarded-For, -Host and -Proto count, or Forwarded where there is no X-Forwarded-For. A proxy must set
    /// or extend the first, or clients choose the addresses by which they are limited.
    #[arg(
        long,
        env = "CHORUS_TRUSTED_PROXY",
        default_value = "127.0.0.0/8,::1",
        value_name = "NETWORKS|none",
        value_parser = proxies
    )]
    pub trusted_proxy: TrustedProxies,

    /// Topic that comes first in the directory, and that plain clients join if they name none.
    #[arg(long, env = "CHORUS_DEFAULT_TOPIC", default_value = "lobby", value_name = "TOPIC")]
    pub default_topic: TopicName,

    /// Interval of pings on every connection, in seconds. 0 sends none.
    #[arg(long, env = "CHORUS_PING_SECONDS", default_value_t = 25, value_name = "N", value_parser = range::<u64>(..=MAX_SECONDS))]
    pub ping_seconds: u64,

    /// Seconds after the ping interval in which a peer must send something. Then its connection is closed.
    #[arg(long, hide = true, env = "CHORUS_PONG_SECONDS", default_value_t = 10, value_name = "N", value_parser = range::<u64>(..=MAX_SECONDS))]
    pub pong_seconds: u64,

    /// Seconds after SIGTERM or Ctrl-C in which /readyz answers 503 and everything else goes on, so that a load balancer
    /// stops sending new clients before connections are closed. shutdown-seconds count afterwards.
    #[arg(long, env = "CHORUS_DRAIN_DELAY_SECONDS", default_value_t = 0, value_name = "N", value_parser = range::<u64>(..=MAX_SECONDS))]
    pub drain_delay_seconds: u64,

    /// Seconds that connections have to end after SIGTERM or Ctrl-C. Requests that are not done after half of that
    /// are aborted. A second SIGTERM or Ctrl-C, at least a second later, ends the server at once.
    #[arg(long, env = "CHORUS_SHUTDOWN_SECONDS", default_value_t = 10, value_name = "N", value_parser = range::<u64>(1..=MAX_SECONDS))]
    pub shutdown_seconds: u64,

    /// Log filter: off, error, warn, info, debug or trace, or a filter of the tracing crate. The log goes to standard
    /// error.
    #[arg(
        long,
        env = "CHORUS_LOG",
        default_value = "info,async_nats=off,sea_orm_migration=warn,sqlx::postgres::notice=warn",
        value_name = "FILTER",
        value_parser = log_filter
    )]
    pub log: String,

    /// Form of the log: text for people, or json with an object a line.
    #[arg(
        long,
        env = "CHORUS_LOG_FORMAT",
        default_value = "text",
        value_name = "text|json",
        hide_possible_values = true
    )]
    pub log_format: LogFormat,

    /// Log each request: its method, path without the query, status, time in milliseconds, client address and request id.
    #[arg(long, env = "CHORUS_LOG_REQUESTS")]
    pub log_requests: bool,

    /// Start even if the environment has variables that begin with CHORUS_ and are not settings, instead of refusing them as
    /// misspelt. Variables that begin with CHORUS_TEST_, and those that Kubernetes sets for a service called chorus
    /// (CHORUS_SERVICE_HOST, CHORUS_PORT=tcp://…), are always allowed.
    #[arg(long, env = "CHORUS_ALLOW_UNKNOWN_VARIABLES")]
    pub allow_unknown_variables: bool,

    #[command(flatten)]
    pub limits: Limits,
}

impl Settings {
    /// Returns whether all people reach the server over https.
    pub(crate) fn is_https(&self) -> bool {
        self.secure_cookies || self.public_url.as_ref().is_some_and(|url| url.origin().is_https())
    }

    /// Returns the path below which the server answers.
    pub fn base_path(&self) -> BasePath {
        self.public_url.as_ref().map_or_else(BasePath::default, |url| url.base().clone())
    }
}
