//! The request that the current task answers: its id and its client, for lines of the log, and the path below which it was sent.

use std::{future::Future, net::IpAddr, sync::Arc};

use app::page_data::BasePath;

tokio::task_local! {
    static CURRENT: RequestContext;
}

/// A request; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) id: Arc<str>,
    /// As limits count it.
    pub(crate) address: IpAddr,
    /// The addresses in the response begin with it.
    pub(crate) base: BasePath,
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

    /// Returns the path below which the current request was sent.
    pub(crate) fn base_path() -> BasePath {
        CURRENT.try_with(|current| current.base.clone()).unwrap_or_default()
    }
}
