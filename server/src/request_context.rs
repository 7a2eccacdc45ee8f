//! The request that the current task answers: its id and its client, for lines of the log.

use std::{future::Future, net::IpAddr, sync::Arc};

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// A request as log lines name it; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) id: Arc<str>,
    /// As limits count it.
    pub(crate) address: IpAddr,
}

impl RequestContext {
    /// Runs a future in which [`Self::current`] returns this context.
    pub(crate) async fn scope<T>(self, answering: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answering).await
    }

    /// Returns the context of the request that this task answers, or `None` outside of requests.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }
}
