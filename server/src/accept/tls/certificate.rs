use std::{fs, path::Path, sync::Arc};

use app::protocol::Timestamp;
use rustls::{
    Error,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use x509_cert::der::Decode;

use super::CertificateExpiry;
use crate::{accept::CertificateError, config::Settings};

/// A chain of certificates and the key of its first one.
#[derive(Debug)]
pub(crate) struct Certificate(pub(super) Arc<CertifiedKey>);

impl Certificate {
    /// Reads the files of the settings. Returns `None` if they name none.
    pub(crate) fn of(settings: &Settings) -> Result<Option<Self>, CertificateError> {
        match (&settings.tls_cert, &settings.tls_key) {
            (Some(certificate), Some(key)) => Self::read(certificate, key).map(Some),
            _ => Ok(None),
        }
    }

    /// When the server's own certificate, the first of the chain, expires. Returns `None` if that cannot be read.
    pub(crate) fn expiry(&self) -> Option<CertificateExpiry> {
        let own = x509_cert::Certificate::from_der(self.0.cert.first()?).ok()?;
        let not_after = own.tbs_certificate().validity().not_after.to_unix_duration();
        Some(CertificateExpiry::at(Timestamp(not_after.as_secs() * 1_000)))
    }

    fn read(certificate: &Path, key: &Path) -> Result<Self, CertificateError> {
        let chain = read("tls-cert", certificate)?;
        let no_certificate = || CertificateError::NoCertificate(certificate.to_owned());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&chain).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(no_certificate)?;
        let private_key = PrivateKeyDer::from_pem_slice(&read("tls-key", key)?);
        let private_key = private_key.map_err(|_| CertificateError::NoKey(key.to_owned()))?;
        match CertifiedKey::from_der(chain, private_key, &ring::default_provider()) {
            Ok(certified) => Ok(Self(Arc::new(certified))),
            Err(Error::InconsistentKeys(_)) => {
                Err(CertificateError::Mismatch { key: key.to_owned(), certificate: certificate.to_owned() })
            }
            Err(error) => Err(CertificateError::Unusable(error.to_string())),
        }
    }
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, CertificateError> {
    let unreadable = |error| CertificateError::Unreadable { setting, path: path.to_owned(), error };
    fs::read(path).map_err(unreadable)
}
