//! From an HTTP request to a connection: origin, subprotocol, session, the endpoint's own word, then the upgrade.

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
    Endpoint, Opening, PendingBytes, Refusal, address_of, connection::Connection, manners::Manners,
    upgrade::Upgrade,
};
use crate::{
    access::bearer,
    address_limits::{AddressLimits, AddressSeat},
    config::Limits,
    origin::Origins,
    session::Sessions,
};

/// What all endpoints' connections share; cheap to clone.
#[derive(Clone)]
pub struct Sockets {
    inner: Arc<Inner>,
}

struct Inner {
    limits: AddressLimits,
    sessions: Sessions,
    origins: Origins,
    manners: Arc<Manners>,
    places: Arc<Semaphore>,
    tracker: TaskTracker,
    drain: CancellationToken,
}

impl Sockets {
    /// Connections are counted against `limits`, tracked on `tracker`, and told to leave when `drain` is cancelled; they
    /// are asked to come back within `drain_ms`.
    pub fn new(
        sessions: Sessions,
        origins: Origins,
        limits: Limits,
        tracker: TaskTracker,
        drain: CancellationToken,
        drain_ms: u64,
    ) -> Self {
        let places = Arc::new(Semaphore::new(limits.max_connections));
        let manners = Arc::new(Manners::of(&limits, drain_ms));
        let address_limits = AddressLimits::new(&limits);
        Self {
            inner: Arc::new(Inner {
                limits: address_limits,
                sessions,
                origins,
                manners,
                places,
                tracker,
                drain,
            }),
        }
    }
}

impl Sockets {
    /// What each address may do in all.
    pub(crate) fn address_limits(&self) -> &AddressLimits {
        &self.inner.limits
    }

    /// What may wait for all connections together.
    pub(crate) fn pending(&self) -> &PendingBytes {
        &self.inner.manners.pending
    }
}

/// The place of a connection that is no socket, until it is dropped.
pub(crate) struct Seat {
    /// Cancelled when the server goes.
    pub(crate) drain: CancellationToken,
    /// Within how many milliseconds whoever is sent away then is to come back.
    pub(crate) drain_ms: u64,
    /// What may wait for all connections together.
    pub(crate) pending: PendingBytes,
    _place: OwnedSemaphorePermit,
    _of_address: AddressSeat,
    _tracked: TaskTrackerToken,
}

/// The query string of an upgrade.
#[derive(Debug, Deserialize)]
struct Asked {
    topic: Option<String>,
}

/// The route of an endpoint.
pub fn route<E, S>(endpoint: Arc<E>) -> MethodRouter<S>
where
    E: Endpoint,
    S: Clone + Send + Sync + 'static,
    Sockets: FromRef<S>,
{
    get(
        async move |State(sockets): State<Sockets>,
                    headers: HeaderMap,
                    extensions: Extensions,
                    Query(asked): Query<Asked>,
                    upgrade: Upgrade| {
            let address = address_of(&extensions, &headers);
            match sockets.open(endpoint, headers, address, asked, upgrade).await {
                Ok(response) => response,
                Err(refusal) => {
                    info!(status = refusal.status.as_u16(), "socket.refused");
                    refusal.into_response()
                }
            }
        },
    )
}

impl Sockets {
    /// A place for a connection that is no socket, by the same rules.
    pub(crate) fn seat(&self, headers: &HeaderMap, address: IpAddr) -> Result<Seat, Refusal> {
        let (place, of_address) = self.admit(headers, address)?;
        let Inner { tracker, drain, manners, .. } = &*self.inner;
        Ok(Seat {
            drain: drain.clone(),
            drain_ms: manners.drain_ms,
            pending: manners.pending.clone(),
            _place: place,
            _of_address: of_address,
            _tracked: tracker.token(),
        })
    }

    /// Connections that there is room for.
    #[cfg(test)]
    pub(crate) fn free_places(&self) -> usize {
        self.inner.places.available_permits()
    }

    async fn open<E: Endpoint>(
        self,
        endpoint: Arc<E>,
        headers: HeaderMap,
        address: IpAddr,
        asked: Asked,
        upgrade: Upgrade,
    ) -> Result<Response, Refusal> {
        let (place, of_address) = self.admit(&headers, address)?;
        let protocol = agree(&upgrade, endpoint.protocols())?;
        let opening = self.opening(&headers, address, asked, protocol).await?;
        // In a box: the task would hold a place for it all the time.
        let state = Box::new(endpoint.on_open(&opening).await?);
        let held = (place, self.inner.tracker.token());
        let (response, upgraded) = upgrade.accept(protocol);
        tokio::spawn(async move {
            let _held = held;
            let (line, early, _place) = match upgraded.line().await {
                Ok(line) => line,
                Err(error) => return info!(%error, "socket.not_upgraded"),
            };
            let Inner { manners, drain, .. } = &*self.inner;
            let (connection, desk) =
                Connection::new(endpoint, line, &early, state, Arc::clone(manners), of_address);
            drop(early);
            if AssertUnwindSafe(connection.run(desk, drain)).catch_unwind().await.is_err() {
                error!("socket.panicked");
            }
        });
        Ok(response)
    }

    fn admit(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
    ) -> Result<(OwnedSemaphorePermit, AddressSeat), Refusal> {
        if !self.inner.origins.allows_socket(headers) {
            let message = "This page's origin may not connect here; whoever runs the server can allow it (allow-origin).";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message));
        }
        if self.inner.drain.is_cancelled() {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server is going; try again in a moment.",
            ));
        }
        let Some(of_address) = self.inner.limits.seat(address) else {
            let message = "Too many connections from your network (max-address-sockets); close some.";
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, message));
        };
        let full =
            || Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "The server is full; try again in a while.");
        let place = Arc::clone(&self.inner.places).try_acquire_owned().map_err(|_| full())?;
        Ok((place, of_address))
    }

    async fn opening(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        asked: Asked,
        protocol: Option<&'static str>,
    ) -> Result<Opening, Refusal> {
        let known = self.inner.sessions.find_and_store(headers).await.map_err(|error| {
            error!(%error, "session.unavailable");
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server cannot look sessions up just now; try again.",
            )
        })?;
        let session = known.map(|(session, _)| session);
        let (bearer, topic) = (bearer(headers).map(str::to_owned), asked.topic);
        Ok(Opening { session, address, bearer, protocol, topic })
    }
}

/// The subprotocol both sides speak. Asking for none is the plain dialect; asking only for others is refused, since a
/// client that was not given what it asked for must fail the connection anyway (RFC 6455, section 4.1).
fn agree(upgrade: &Upgrade, spoken: &'static [&'static str]) -> Result<Option<&'static str>, Refusal> {
    let asked = upgrade.protocols();
    if asked.is_empty() {
        return Ok(None);
    }
    match asked.iter().find_map(|protocol| spoken.iter().find(|spoken| protocol == **spoken)) {
        Some(protocol) => Ok(Some(protocol)),
        None => {
            let message =
                format!("This endpoint speaks these subprotocols: {}; or ask for none.", spoken.join(", "));
            Err(Refusal::new(StatusCode::BAD_REQUEST, message))
        }
    }
}
