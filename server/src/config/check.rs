//! Settings that contradict each other. The range of a single setting is in its `value_parser`.

use super::{Hints, ListenAddress, Settings};

/// A setting that contradicts another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// A message must fit into a frame, and JSON may escape one byte of it as two.
    #[error("frame-bytes must be at least {0}: twice body-bytes and 1024")]
    FrameTooSmall(usize),
    /// Only PostgreSQL has poolers.
    #[error("database-direct-url needs a database whose URL begins with postgres://")]
    DirectUrlWithoutPostgres,
    /// A SQLite file has one server.
    #[error("hints of a NATS server need a database whose URL begins with postgres://")]
    NatsWithoutPostgres,
    /// A certificate is public, and proves nothing without its key.
    #[error("tls-cert and tls-key need each other")]
    TlsWithoutPair,
    /// Only a reverse proxy on the same machine connects there.
    #[error("tls-cert needs an address and a port in listen, since a Unix socket has no TLS")]
    TlsAtUnixSocket,
}

impl Settings {
    /// Errors: a setting contradicts another.
    pub fn check(&self) -> Result<(), SettingError> {
        let smallest = self.limits.body_bytes.saturating_mul(2).saturating_add(1_024);
        if self.limits.frame_bytes < smallest {
            return Err(SettingError::FrameTooSmall(smallest));
        }
        if matches!(self.hints, Hints::Nats(_)) && self.database.starts_with("sqlite:") {
            return Err(SettingError::NatsWithoutPostgres);
        }
        self.check_tls()?;
        direct_url(&self.database, self.database_direct_url.as_deref())
    }

    fn check_tls(&self) -> Result<(), SettingError> {
        match (self.tls_cert.is_some(), self.tls_key.is_some(), &self.addresses.listen) {
            (true, true, ListenAddress::Unix(_)) => Err(SettingError::TlsAtUnixSocket),
            (true, true, ListenAddress::Tcp(_)) | (false, false, _) => Ok(()),
            (true, false, _) | (false, true, _) => Err(SettingError::TlsWithoutPair),
        }
    }
}

/// Errors: there is a URL without a pooler, for a SQLite file.
pub(super) fn direct_url(database: &str, direct: Option<&str>) -> Result<(), SettingError> {
    match direct {
        Some(_) if database.starts_with("sqlite:") => Err(SettingError::DirectUrlWithoutPostgres),
        _ => Ok(()),
    }
}
