//! Logging, to standard error.

use tracing_subscriber::{EnvFilter, filter::ParseError};

/// Begins to log what `filter` lets through.
pub fn start(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    Ok(())
}
