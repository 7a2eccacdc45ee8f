use std::{io, path::PathBuf};

/// The reason why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{setting}: cannot read {}: {error}", .path.display())]
    Unreadable { setting: &'static str, path: PathBuf, error: io::Error },
    /// The file is not PEM, or holds something else.
    #[error("tls-cert: {} has no certificate in PEM (-----BEGIN CERTIFICATE-----)", .0.display())]
    NoCertificate(PathBuf),
    /// The file is not PEM, or the key needs a passphrase.
    #[error(
        "tls-key: {} has no private key in PEM without a passphrase (-----BEGIN PRIVATE KEY-----, or the same with EC or RSA)",
        .0.display()
    )]
    NoKey(PathBuf),
    /// The key is that of another certificate.
    #[error("tls-key: the key in {} is not that of the first certificate in {}", .key.display(), .certificate.display())]
    Mismatch { key: PathBuf, certificate: PathBuf },
    /// The certificate or the key is damaged, or of a kind that is not supported.
    #[error("tls-cert and tls-key cannot be used: {0}")]
    Unusable(String),
    /// This executable lacks the cargo feature `tls`.
    #[error("tls-cert: this executable was built without TLS")]
    NotBuilt,
}
