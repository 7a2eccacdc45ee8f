//! Stands for TLS in a build without the feature `tls`. No value of these types exists.

use std::convert::Infallible;

use tokio::net::TcpStream;

use super::{certificate_error::CertificateError, certificate_expiry::CertificateExpiry, tls_port::TlsPort};
use crate::config::Settings;

#[derive(Debug, Clone)]
pub(crate) struct Tls(Infallible);

#[derive(Debug)]
pub(crate) struct Certificate(Infallible);

impl Tls {
    /// Errors: the settings have a certificate.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, CertificateError> {
        Certificate::of(settings).map(|_| None)
    }

    pub(crate) fn replace(&self, certificate: Certificate) {
        match certificate.0 {}
    }

    pub(crate) fn expiry(&self) -> Option<CertificateExpiry> {
        match self.0 {}
    }

    pub(super) fn accept(&self, _: TcpStream, _: TlsPort) -> TcpStream {
        match self.0 {}
    }
}

impl Certificate {
    /// Errors: the settings have a certificate.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, CertificateError> {
        if settings.tls_cert.is_some() { Err(CertificateError::NotBuilt) } else { Ok(None) }
    }

    pub(crate) fn expiry(&self) -> Option<CertificateExpiry> {
        match self.0 {}
    }
}
