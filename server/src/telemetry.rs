//! Logging to standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, filter::ParseError, reload};

use crate::config::LogFormat;

/// Changes the filter of the log while the program runs.
pub struct LogFilter(Box<dyn Fn(EnvFilter) -> Result<(), reload::Error> + Send + Sync>);

/// The reason why the filter stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum LogFilterError {
    /// It cannot be parsed.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The log has ended.
    #[error(transparent)]
    Reload(#[from] reload::Error),
}

impl LogFilter {
    fn new<S: 'static>(handle: reload::Handle<EnvFilter, S>) -> Self {
        Self(Box::new(move |filter| handle.reload(filter)))
    }

    /// Logs with this filter from now on.
    pub fn set(&self, filter: &str) -> Result<(), LogFilterError> {
        (self.0)(EnvFilter::try_new(filter)?)?;
        Ok(())
    }
}

/// Starts logging with a filter of the tracing crate. Must be called once.
pub fn init(filter: &str, format: LogFormat) -> Result<LogFilter, ParseError> {
    let filter = EnvFilter::try_new(filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        // When standard error is closed, reporting that error there would panic.
        .log_internal_errors(false)
        .with_ansi(stderr().is_terminal())
        .with_target(false);
    Ok(match format {
        LogFormat::Text => {
            let builder = builder.with_filter_reloading();
            let filter = LogFilter::new(builder.reload_handle());
            builder.init();
            filter
        }
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_current_span(false).with_span_list(false);
            let builder = builder.with_filter_reloading();
            let filter = LogFilter::new(builder.reload_handle());
            builder.init();
            filter
        }
    })
}
