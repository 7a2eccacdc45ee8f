//! The hyper service of a connection: it passes each request to the router.

use std::{
    convert::Infallible,
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::ConnectInfo,
    http::{HeaderMap, Request, Response, StatusCode, header},
    response::IntoResponse,
};
use hyper::{body::Incoming, service::Service};
use tower_service::Service as _;

use super::{
    bodies::{BodyError, RequestBody, ResponseBody},
    peer::Peer,
    progress_timeout::ProgressTimeout,
    timeouts::ConnectionTimeouts,
    tls_port::TlsPort,
};

/// A response extension: the bytes that the response's body holds in memory.
#[derive(Clone, Copy)]
pub(crate) struct ResponseBytes(pub(crate) usize);

pub(super) struct RequestService {
    pub(super) router: Router,
    pub(super) peer: Peer,
    /// `None` at a port without TLS.
    pub(super) tls_port: Option<TlsPort>,
    pub(super) timeouts: Arc<ConnectionTimeouts>,
    pub(super) request_timeout: ProgressTimeout,
}

impl Service<Request<Incoming>> for RequestService {
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.timeouts.start_request();
        if let Some(rejection) = self.tls_port.as_ref().and_then(|port| port.rejection(&request)) {
            let response = start_response(rejection, Arc::clone(&self.timeouts));
            return Box::pin(ready(Ok(response)));
        }
        let error = Arc::new(OnceLock::new());
        let mut request = request.map(|body| match body.is_end_stream() {
            true => Body::empty(),
            false => Body::new(RequestBody::new(body, &self.request_timeout, &error)),
        });
        request.extensions_mut().insert(ConnectInfo(self.peer()));
        let response = self.router.clone().call(request);
        let timeouts = Arc::clone(&self.timeouts);
        Box::pin(async move {
            let Ok(response) = response.await;
            // A handler that could not read the body does not know why: the body does.
            let response = error.get().map_or(response, |error| error.into_response());
            Ok(start_response(response, timeouts))
        })
    }
}

impl RequestService {
    fn peer(&self) -> Peer {
        let is_tls = self.tls_port.as_ref().is_some_and(|port| !port.is_plain());
        Peer { is_tls, ..self.peer }
    }
}

fn start_response(response: Response<Body>, timeouts: Arc<ConnectionTimeouts>) -> Response<ResponseBody> {
    timeouts.start_response(is_event_stream(response.headers()), response_bytes(&response));
    response.map(|body| ResponseBody::new(body, timeouts))
}

/// Middleware: adds [`ResponseBytes`]. Belongs below the compression layer.
pub(crate) async fn record_response_bytes(mut response: Response<Body>) -> Response<Body> {
    let bytes = response.body().size_hint().lower();
    response.extensions_mut().insert(ResponseBytes(usize::try_from(bytes).unwrap_or(usize::MAX)));
    response
}

/// Returns the memory of a response's body. Responses without the extension are files embedded in the program: 0.
fn response_bytes(response: &Response<Body>) -> usize {
    response.extensions().get().map_or(0, |ResponseBytes(bytes)| *bytes)
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

impl BodyError {
    fn into_response(self) -> Response<Body> {
        let (status, message) = match self {
            Self::Timeout => (
                StatusCode::REQUEST_TIMEOUT,
                "The request took too long to arrive, and nothing was done. Try again.\n",
            ),
            Self::OutOfMemory => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The server has no room for the request, and nothing was done. Try again in a moment.\n",
            ),
        };
        let headers = [(header::CONNECTION, "close"), (header::RETRY_AFTER, "2")];
        (status, headers, message).into_response()
    }
}
