//! Logging to standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Starts logging with a filter of the tracing crate. Must be called once.
pub fn init(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        // When standard error is closed, reporting that error there would panic.
        .log_internal_errors(false)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .init();
    Ok(())
}
