//! Announces the end of a server to load balancers, before anything is refused.

use tokio_util::sync::CancellationToken;

/// Whether the server is about to end; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct DrainNotice(CancellationToken);

impl DrainNotice {
    pub(crate) fn announce(&self) {
        self.0.cancel();
    }

    pub(crate) fn is_announced(&self) -> bool {
        self.0.is_cancelled()
    }
}
