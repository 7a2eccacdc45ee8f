//! The end of a server's connections.

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The connections of a server that has stopped accepting.
pub struct Draining {
    pub(super) connections: TaskTracker,
    pub(super) abort: CancellationToken,
}

impl Draining {
    /// Resolves when all requests in flight are answered.
    pub async fn done(&self) {
        self.connections.close();
        self.connections.wait().await;
    }

    /// Ends all connections without waiting for their requests.
    pub async fn abort(self) {
        self.abort.cancel();
        self.done().await;
    }
}
