//! All settings and subcommands. `chorus --help` prints the doc comments of the settings that it does not hide;
//! `docs/SETTINGS.md` lists all.

mod addresses;
mod administration;
mod changed_limits;
mod check;
mod command;
mod database_setting;
mod environment;
#[cfg(test)]
mod example_file;
mod hints;
mod invocation;
mod limits;
mod listen_address;
mod log_format;
mod maintenance;
mod position;
mod secret;
mod setting_values;
mod settings;
#[cfg(test)]
mod settings_table;
mod sources;
mod suggestion;
mod sync;
#[cfg(test)]
mod tests;
mod values;

pub use addresses::{RunningServer, ServerAddresses};
pub use administration::{Migrate, MigrateAction, OwnerCode, TopicAction, TopicCommand};
pub use check::SettingError;
pub use command::{Cli, Command};
pub use database_setting::DatabaseSetting;
pub use environment::{UnknownVariables, check_environment};
pub(crate) use hints::NatsCredentials;
pub use hints::{Hints, NatsServers};
pub use invocation::{Invocation, InvocationError};
pub use limits::Limits;
pub use listen_address::ListenAddress;
pub use log_format::LogFormat;
pub use maintenance::{Backup, Export, Import, Move, Restore};
pub use position::EventPosition;
pub use setting_values::SettingValues;
pub use settings::Settings;
pub(crate) use sources::url_of;
pub use sources::{FileError, SecretFileError, SourceError};
pub use sync::SyncMode;
