//! The database of a subcommand.

use std::path::PathBuf;

use clap::Args;

use super::{SettingError, check};

/// The settings of subcommands that use the database.
#[derive(Debug, Clone, Args)]
pub struct DatabaseSetting {
    /// File with settings, in TOML: max-topics = 50. Options and environment variables win over it.
    #[arg(long, env = "CHORUS_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Database. sqlite://FILE: a file, which is created with its folder if it does not exist. postgres://USER@HOST/NAME:
    /// an existing database; add ?sslmode=verify-full to require an encrypted and verified connection. Set a password in
    /// the environment, where other users of the machine cannot read it.
    #[arg(
        long,
        env = "CHORUS_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://data/chorus.db",
        value_name = "URL",
        global = true
    )]
    pub database: String,

    /// URL of the PostgreSQL server itself, which this command uses instead, for a database behind a pooler.
    #[arg(
        long,
        hide = true,
        env = "CHORUS_DATABASE_DIRECT_URL",
        hide_env_values = true,
        value_name = "URL",
        global = true
    )]
    pub database_direct_url: Option<String>,

    /// Ignore environment variables that begin with CHORUS_ and are not settings, instead of refusing them as misspelt.
    #[arg(long, env = "CHORUS_ALLOW_UNKNOWN_VARIABLES", global = true)]
    pub allow_unknown_variables: bool,
}

impl DatabaseSetting {
    /// Returns the URL to use: the one without a pooler, if it is set.
    ///
    /// Errors: a setting contradicts another.
    pub fn url(&self) -> Result<&str, SettingError> {
        check::direct_url(&self.database, self.database_direct_url.as_deref())?;
        Ok(self.database_direct_url.as_deref().unwrap_or(&self.database))
    }
}
