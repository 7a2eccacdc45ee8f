//! A person who uses the API: each request is passed to the router as hyper would, and may be dropped before it completes.

use std::fmt::Write;

use app::protocol::{Action, DraftId, ErrorCode, HistoryRange, TopicName, UserId};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use testing::poll_times;
use tower::ServiceExt;

use super::replies::ReadRequest;
use crate::{
    browser_request::{get, request},
    event_log::Receipt,
};

/// More bytes than any reply of this test has.
const MAX_REPLY_BYTES: usize = 1 << 20;

/// A person with a session.
pub(super) struct HttpClient {
    pub(super) user: UserId,
    cookie: String,
}

/// A reply: the value, or the code of the error.
pub(super) type HttpReply<T> = Result<T, ErrorCode>;

#[derive(Deserialize)]
struct SessionReply {
    user: UserId,
}

#[derive(Deserialize)]
struct AckReply {
    seq: u64,
    duplicate: bool,
}

#[derive(Deserialize)]
struct ErrorReply {
    code: ErrorCode,
}

impl HttpClient {
    /// Begins a session.
    pub(super) async fn begin(router: &Router) -> Self {
        let response = send(router, request(Method::POST, "/api/v1/session", &[], "")).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let SessionReply { user } = reply(response).await.unwrap();
        Self { user, cookie }
    }

    /// Submits an action, if the API has it. Returns `None` if the request was dropped after `polls` polls: the event may be stored
    /// all the same.
    pub(super) async fn submit(
        &self,
        router: &Router,
        topic: &TopicName,
        draft: DraftId,
        action: &Action,
        polls: u64,
    ) -> Option<HttpReply<Receipt>> {
        let (method, path, body) = route(topic, action);
        let headers = [("cookie", self.cookie.as_str()), ("idempotency-key", &draft.to_string())];
        let response = exchange(router, request(method, &path, &headers, &body), polls).await?;
        Some(response.map(|AckReply { seq, duplicate }| Receipt { seq, duplicate }))
    }
}

/// Reads. Returns `None` if the request was dropped after `polls` polls.
pub(super) async fn read<T: DeserializeOwned>(
    router: &Router,
    topic: &TopicName,
    read: &ReadRequest,
    polls: u64,
) -> Option<HttpReply<T>> {
    let path = match read {
        ReadRequest::History { span, limit, .. } => {
            let (name, seq) = match span {
                HistoryRange::Before(seq) => ("before", seq),
                HistoryRange::After(seq) => ("after", seq),
                HistoryRange::Around(seq) => ("around", seq),
            };
            format!("/api/v1/topics/{topic}/messages?{name}={seq}&limit={limit}")
        }
        ReadRequest::Search { word, .. } => format!("/api/v1/search?q={word}&topic={topic}&limit=100"),
    };
    exchange(router, request(Method::GET, &path, &[], ""), polls).await
}

/// Requests something whose content is not under test, and drops it after `polls` polls.
pub(super) async fn visit(router: &Router, path: &str, polls: u64) {
    let visited = async { to_bytes(send(router, get(path)).await.into_body(), usize::MAX).await };
    poll_times(polls, visited).await;
}

pub(super) async fn send(router: &Router, request: Request<Body>) -> Response {
    router.clone().oneshot(request).await.unwrap()
}

async fn exchange<T: DeserializeOwned>(
    router: &Router,
    request: Request<Body>,
    polls: u64,
) -> Option<HttpReply<T>> {
    poll_times(polls, async { reply(send(router, request).await).await }).await
}

/// Reads a reply to its end.
pub(super) async fn reply<T: DeserializeOwned>(response: Response) -> HttpReply<T> {
    let status = response.status();
    let body = to_bytes(response.into_body(), MAX_REPLY_BYTES).await.unwrap();
    if status.is_success() {
        return Ok(parse(status, &body));
    }
    let ErrorReply { code } = parse(status, &body);
    Err(code)
}

fn parse<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> T {
    let parsed = serde_json::from_slice(body);
    parsed.unwrap_or_else(|_| panic!("{status}: {}", String::from_utf8_lossy(body)))
}

/// Returns the method, path and body of an action.
fn route(topic: &TopicName, action: &Action) -> (Method, String, String) {
    let path = format!("/api/v1/topics/{topic}");
    match action {
        Action::Publish { body, reply_to } => {
            let body = json!({ "body": body, "reply_to": reply_to }).to_string();
            (Method::POST, format!("{path}/messages"), body)
        }
        Action::Edit { message, revision, body } => {
            let body = json!({ "body": body, "revision": revision }).to_string();
            (Method::PATCH, format!("{path}/messages/{message}"), body)
        }
        Action::Delete { message, revision } => {
            (Method::DELETE, format!("{path}/messages/{message}?revision={revision}"), String::new())
        }
        Action::React { message, emoji, on } => {
            let emoji = percent_encoded(emoji.as_str());
            let method = if *on { Method::PUT } else { Method::DELETE };
            (method, format!("{path}/messages/{message}/reactions/{emoji}"), String::new())
        }
        Action::Describe { change, new } => {
            let about = json!({ "title": change.about.title(), "description": change.about.description() });
            let method = if *new { Method::PUT } else { Method::PATCH };
            (method, path, about.to_string())
        }
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}");
        encoded
    })
}
