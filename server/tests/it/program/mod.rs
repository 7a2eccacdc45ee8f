//! The executable: command line, signals, startup and shutdown.

mod archives;
mod backups;
mod check;
#[cfg(target_os = "linux")]
mod clock;
mod commands;
mod configuration_file;
mod epochs;
mod exports;
mod foreign_imports;
mod help;
mod logs;
mod metrics;
mod moves;
#[cfg(target_os = "linux")]
mod process;
mod refusals;
mod reload;
mod secret_files;
mod service_manager;
mod signals;
mod socket_activation;
mod start_errors;
mod state_directory;
mod status;
#[cfg(unix)]
mod unix_socket;
mod vacuum;
mod waiting_for_postgres;
mod wrong_secrets;
