//! Warns of a certificate that expires, for as long as the server runs.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{accept::Tls, clock};

/// Time between two looks at the certificate.
const WATCH_INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Looks at the certificate now and once a day, until the server drains.
pub(super) async fn watch_certificate(tls: Tls, drain: CancellationToken) {
    loop {
        if let Some(expiry) = tls.expiry() {
            expiry.warn(clock::now());
        }
        if drain.run_until_cancelled(sleep(WATCH_INTERVAL)).await.is_none() {
            return;
        }
    }
}
