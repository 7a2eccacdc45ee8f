//! Admits connections: from an HTTP request through origin check, limits, subprotocol and session to the upgrade.

use std::{net::IpAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    extract::{FromRef, Query, State},
    http::{Extensions, HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use futures::FutureExt;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};
use tracing::{error, info};

use super::{
    Endpoint, Handshake, PendingBytes, Rejection, client_ip, config::ConnectionConfig,
    connection::Connection, transport::Transport, upgrade::Upgrade,
};
use crate::{
    access::bearer,
    address_limits::{AddressLimits, AddressPermit},
    config::Limits,
    origin::{AllowedOrigins, refuse_foreign},
    session::Sessions,
};

/// Admits and tracks the long-lived connections of all endpoints; cheap to clone.
#[derive(Clone)]
pub struct ConnectionManager {
    inner: Arc<Inner>,
}

struct Inner {
    address_limits: AddressLimits,
    sessions: Sessions,
    origins: AllowedOrigins,
    config: Arc<ConnectionConfig>,
    permits: Arc<Semaphore>,
    max_connections: usize,
    /// Has a clone in each permit of a connection that is not a WebSocket.
    event_streams: Arc<()>,
    tracker: TaskTracker,
    drain: CancellationToken,
}

impl ConnectionManager {
    /// Creates a manager that enforces `limits` and tracks the connections' tasks on `tracker`. When `drain` is cancelled,
    /// connections are closed, and clients are asked to reconnect within `drain_ms` milliseconds.
    pub fn new(
        sessions: Sessions,
        origins: AllowedOrigins,
        limits: Limits,
        tracker: TaskTracker,
        drain: CancellationToken,
        drain_ms: u64,
    ) -> Self {
        let inner = Inner {
            address_limits: AddressLimits::new(&limits),
            sessions,
            origins,
            config: Arc::new(ConnectionConfig::new(&limits, drain_ms)),
            permits: Arc::new(Semaphore::new(limits.max_connections)),
            max_connections: limits.max_connections,
            event_streams: Arc::default(),
            tracker,
            drain,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the limits per client address.
    pub(crate) fn address_limits(&self) -> &AddressLimits {
        &self.inner.address_limits
    }

    /// Returns the budget for the queued bytes of all connections.
    pub(crate) fn pending(&self) -> &PendingBytes {
        &self.inner.config.pending
    }
}

/// The numbers of open connections by kind.
pub(crate) struct OpenConnections {
    pub(crate) sockets: usize,
    pub(crate) event_streams: usize,
}

/// Counts a connection that is not a WebSocket, such as an event stream, until it is dropped.
pub(crate) struct ConnectionPermit {
    /// Cancelled when the server shuts down.
    pub(crate) drain: CancellationToken,
    /// The client should then reconnect within this many milliseconds.
    pub(crate) drain_ms: u64,
    /// The budget for the queued bytes of all connections.
    pub(crate) pending: PendingBytes,
    _counted: Arc<()>,
    _permit: OwnedSemaphorePermit,
    _address_permit: AddressPermit,
    _tracked: TaskTrackerToken,
}

#[derive(Debug, Deserialize)]
struct HandshakeQuery {
    topic: Option<String>,
}

/// Returns the route that serves an endpoint.
pub fn route<E, S>(endpoint: Arc<E>) -> MethodRouter<S>
where
    E: Endpoint,
    S: Clone + Send + Sync + 'static,
    ConnectionManager: FromRef<S>,
{
    get(
        async move |State(manager): State<ConnectionManager>,
                    headers: HeaderMap,
                    extensions: Extensions,
                    Query(query): Query<HandshakeQuery>,
                    upgrade: Upgrade| {
            if let Err(rejection) = manager.check_origin(&headers) {
                return rejection.into_response();
            }
            let address = client_ip(&extensions);
            match manager.open(endpoint, headers, address, query, upgrade).await {
                Ok(response) => response,
                Err(rejection) => {
                    rejection.record(address);
                    rejection.into_response()
                }
            }
        },
    )
}

impl ConnectionManager {
    /// Checks that a request does not come from a page of another origin, and records the refusal otherwise.
    pub(crate) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Rejection> {
        if self.inner.origins.allows_socket(headers) {
            return Ok(());
        }
        Err(Rejection::new(StatusCode::FORBIDDEN, refuse_foreign(headers)))
    }

    /// Admits a connection that is not a WebSocket, by the same rules.
    pub(crate) fn acquire(&self, address: IpAddr) -> Result<ConnectionPermit, Rejection> {
        let (permit, address_permit) = self.admit(address)?;
        let Inner { tracker, drain, config, .. } = &*self.inner;
        Ok(ConnectionPermit {
            drain: drain.clone(),
            drain_ms: config.drain_ms,
            pending: config.pending.clone(),
            _counted: Arc::clone(&self.inner.event_streams),
            _permit: permit,
            _address_permit: address_permit,
            _tracked: tracker.token(),
        })
    }

    /// Returns the number of open connections.
    pub(crate) fn open_connections(&self) -> OpenConnections {
        let Inner { permits, max_connections, event_streams, .. } = &*self.inner;
        let all = max_connections.saturating_sub(permits.available_permits());
        let event_streams = Arc::strong_count(event_streams) - 1;
        OpenConnections { sockets: all.saturating_sub(event_streams), event_streams }
    }

    /// The number of connections that would still be admitted.
    #[cfg(test)]
    pub(crate) fn available_permits(&self) -> usize {
        self.inner.permits.available_permits()
    }

    /// Admits a WebSocket, and spawns its task, which waits for the upgrade.
    async fn open<E: Endpoint>(
        self,
        endpoint: Arc<E>,
        headers: HeaderMap,
        address: IpAddr,
        query: HandshakeQuery,
        upgrade: Upgrade,
    ) -> Result<Response, Rejection> {
        let (permit, address_permit) = self.admit(address)?;
        let protocol = negotiate(&upgrade, endpoint.protocols())?;
        let handshake = self.handshake(&headers, address, query, protocol).await?;
        // Boxed, or the task's future would reserve memory for the state as long as it lives.
        let state = Box::new(endpoint.on_open(&handshake).await?);
        let guards = (permit, self.inner.tracker.token());
        let (response, upgraded) = upgrade.accept(protocol);
        tokio::spawn(async move {
            let _guards = guards;
            let (stream, early, _slot) = match upgraded.into_stream().await {
                Ok(upgraded) => upgraded,
                Err(error) => return info!(%error, "socket.not_upgraded"),
            };
            let Inner { config, drain, .. } = &*self.inner;
            let (connection, context) = Connection::new(
                endpoint,
                Transport::new(stream),
                &early,
                state,
                Arc::clone(config),
                address_permit,
            );
            drop(early);
            if AssertUnwindSafe(connection.run(context, drain)).catch_unwind().await.is_err() {
                error!("socket.panicked");
            }
        });
        Ok(response)
    }

    /// Checks the limits.
    fn admit(&self, address: IpAddr) -> Result<(OwnedSemaphorePermit, AddressPermit), Rejection> {
        let reject = |status, message: &str| Err(Rejection::new(status, message));
        if self.inner.drain.is_cancelled() {
            return reject(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is shutting down; try again in a moment.",
            );
        }
        let Some(address_permit) = self.inner.address_limits.acquire_connection(address) else {
            let message = "Too many connections from your network (max-address-sockets); close some.";
            return reject(StatusCode::TOO_MANY_REQUESTS, message);
        };
        match Arc::clone(&self.inner.permits).try_acquire_owned() {
            Ok(permit) => Ok((permit, address_permit)),
            Err(_) => reject(StatusCode::SERVICE_UNAVAILABLE, "The server is full; try again in a while."),
        }
    }

    /// Builds the handshake that the endpoint accepts or rejects.
    async fn handshake(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        query: HandshakeQuery,
        protocol: Option<&'static str>,
    ) -> Result<Handshake, Rejection> {
        let known = self.inner.sessions.find_and_store(headers).await.map_err(|error| {
            self.inner.sessions.log_failure(&error);
            Rejection::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server cannot look up sessions at the moment; try again.",
            )
        })?;
        let session = known.map(|(session, _)| session);
        let bearer = bearer(headers).map(str::to_owned);
        Ok(Handshake { session, address, bearer, protocol, topic: query.topic })
    }
}

/// Returns the subprotocol that both sides support, by the client's preference, or `None` when the client asks for none. A
/// client that asks only for unsupported ones is rejected: without one of those it asked for, it would have to fail the
/// connection anyway (RFC 6455, section 4.1).
fn negotiate(
    upgrade: &Upgrade,
    supported: &'static [&'static str],
) -> Result<Option<&'static str>, Rejection> {
    let requested = upgrade.protocols();
    if requested.is_empty() {
        return Ok(None);
    }
    match requested.iter().find_map(|protocol| supported.iter().find(|supported| protocol == **supported)) {
        Some(protocol) => Ok(Some(protocol)),
        None => {
            let message = format!(
                "This endpoint supports these subprotocols: {}; or ask for none.",
                supported.join(", ")
            );
            Err(Rejection::new(StatusCode::BAD_REQUEST, message))
        }
    }
}
