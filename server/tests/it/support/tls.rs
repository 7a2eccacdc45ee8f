//! TLS for clients that do not speak it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Returns the path of a certificate or a key: `first` and `second` are for localhost and 127.0.0.1, until 2119.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// Returns the settings of a server with this certificate.
pub fn tls_settings(certificate: &Path, key: &Path) -> String {
    format!("--tls-cert {} --tls-key {}", certificate.display(), key.display())
}

/// Connects to a server, and trusts this certificate alone.
pub async fn connect(server: SocketAddr, certificate: &str) -> io::Result<TlsStream<TcpStream>> {
    encrypt(TcpStream::connect(server).await?, certificate).await
}

/// The same on a connection.
pub async fn encrypt(stream: TcpStream, certificate: &str) -> io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(fixture(&format!("{certificate}.pem"))).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// Returns an address whose connections lead to a server over TLS.
pub async fn forward(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut plain, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut encrypted = connect(server, "first").await.unwrap();
                // The server may close at any time.
                let _ = copy_bidirectional(&mut plain, &mut encrypted).await;
            });
        }
    });
    address
}
