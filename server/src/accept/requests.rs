//! Hands each request of a connection to the router.

use std::{
    convert::Infallible,
    future::Future,
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
    bodies::{AnswerBody, Failure, RequestBody},
    clock::Clock,
    pace::Pace,
    peer::Peer,
};

/// Bytes that an answer's body holds in memory.
#[derive(Clone, Copy)]
pub(crate) struct Weight(pub(crate) usize);

/// The requests of one connection.
pub(super) struct Requests {
    pub(super) router: Router,
    pub(super) peer: Peer,
    pub(super) clock: Arc<Clock>,
    pub(super) pace: Pace,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<AnswerBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.clock.requested();
        let failure = Arc::new(OnceLock::new());
        let mut request = request.map(|body| match body.is_end_stream() {
            true => Body::empty(),
            false => Body::new(RequestBody::new(body, &self.pace, &failure)),
        });
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answering = self.router.clone().call(request);
        let clock = Arc::clone(&self.clock);
        Box::pin(async move {
            let Ok(answer) = answering.await;
            let answer = failure.get().map_or(answer, |failure| failed(*failure));
            clock.answers(is_event_stream(answer.headers()), weight(&answer));
            Ok(answer.map(|body| AnswerBody::new(body, clock)))
        })
    }
}

/// Notes what an answer holds in memory: for a layer below that of compression.
pub(crate) async fn weigh(mut response: Response<Body>) -> Response<Body> {
    let bytes = response.body().size_hint().lower();
    response.extensions_mut().insert(Weight(usize::try_from(bytes).unwrap_or(usize::MAX)));
    response
}

/// Files are a part of the program and weigh nothing.
fn weight(answer: &Response<Body>) -> usize {
    answer.extensions().get().map_or(0, |Weight(bytes)| *bytes)
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

fn failed(failure: Failure) -> Response<Body> {
    let (status, message) = match failure {
        Failure::Late => (
            StatusCode::REQUEST_TIMEOUT,
            "The request took too long to arrive, and nothing was done. Try again.\n",
        ),
        Failure::Full => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The server has no room for the request, and nothing was done. Try again in a moment.\n",
        ),
    };
    let retry = [(header::CONNECTION, "close"), (header::RETRY_AFTER, "2")];
    (status, retry, message).into_response()
}
