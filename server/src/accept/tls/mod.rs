//! TLS of the TCP connections, with one certificate that can be replaced while the server runs.

mod certificate;
mod connection_protocol;
mod stream;
#[cfg(test)]
mod tests;
mod tls_session;

use std::sync::Arc;

use parking_lot::RwLock;
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::net::TcpStream;

use super::{certificate_error::CertificateError, certificate_expiry::CertificateExpiry, tls_port::TlsPort};
use crate::config::Settings;
pub(crate) use certificate::Certificate;
pub use stream::TlsStream;

/// The protocol that clients may agree on (RFC 7301).
const ALPN: &[u8] = b"http/1.1";

/// Encrypts connections; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    certificate: Arc<CurrentCertificate>,
    config: Arc<ServerConfig>,
    max_handshake_bytes: usize,
}

/// The certificate of new connections, whatever name they ask for.
#[derive(Debug)]
struct CurrentCertificate(RwLock<Arc<CertifiedKey>>);

impl Tls {
    /// Reads the certificate of the settings. Returns `None` if they have none.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, CertificateError> {
        let certificate = Certificate::of(settings)?;
        certificate.map(|certificate| Self::new(certificate, settings.limits.head_bytes)).transpose()
    }

    fn new(certificate: Certificate, max_handshake_bytes: usize) -> Result<Self, CertificateError> {
        let certificate = Arc::new(CurrentCertificate(RwLock::new(certificate.0)));
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| CertificateError::Unusable(error.to_string()))?;
        let resolver: Arc<dyn ResolvesServerCert> = certificate.clone();
        let mut config = builder.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self { certificate, config: Arc::new(config), max_handshake_bytes })
    }

    /// Uses another certificate for new connections.
    pub(crate) fn replace(&self, certificate: Certificate) {
        *self.certificate.0.write() = certificate.0;
    }

    /// When the certificate of new connections expires. Returns `None` if that cannot be read.
    pub(crate) fn expiry(&self) -> Option<CertificateExpiry> {
        Certificate(Arc::clone(&self.certificate.0.read())).expiry()
    }

    /// Encrypts a connection. The handshake is a part of its first read, so the limits of idle connections hold for it.
    pub(super) fn accept(&self, stream: TcpStream, port: TlsPort) -> TlsStream {
        TlsStream::new(stream, Arc::clone(&self.config), self.max_handshake_bytes, port)
    }
}

impl ResolvesServerCert for CurrentCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read()))
    }
}
