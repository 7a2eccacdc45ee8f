//! Cancellation safety of every route. The requests come from the table of routes, so that a new one cannot be forgotten.

use app::protocol::{DraftId, SUBPROTOCOL};
use axum::http::StatusCode;

use super::{guards::ROUTES, *};

testing::for_each_database!(every_route_can_be_dropped_at_any_moment);

/// Routes whose requests need a body, or another path than the table has: a method, the path there, the path here and the body.
///
/// `DRAFT` is replaced by a new draft id, `ODD` and `EVEN` by the `seq` of a message of the author. Edits use the odd ones and
/// deletions the even ones, so that no message is both edited and deleted.
const REQUESTS: [(&str, &str, &str, &str); 17] = [
    ("POST", "/topics", "/topics", "draft=DRAFT&title=Tea&name=f-DRAFT"),
    ("POST", "/t/lobby", "/t/lobby", "draft=DRAFT&name=Ann&message=a+word"),
    ("POST", "/own", "/own", "code=00"),
    ("POST", "/access", "/access", "secret=open-sesame&next=/"),
    ("POST", "/language", "/language", "lang=de&next=/"),
    ("PUT", "/api/v1/topics/lobby", "/api/v1/topics/a-DRAFT", r#"{"title":"Tea"}"#),
    ("PATCH", "/api/v1/topics/lobby", "/api/v1/topics/lobby", r#"{"description":"For all."}"#),
    ("POST", "/api/v1/topics/lobby/messages", "/api/v1/topics/lobby/messages", r#"{"body":"a word"}"#),
    (
        "PATCH",
        "/api/v1/topics/lobby/messages/1",
        "/api/v1/topics/lobby/messages/ODD",
        r#"{"revision":ODD,"body":"two words"}"#,
    ),
    ("DELETE", "/api/v1/topics/lobby/messages/1", "/api/v1/topics/lobby/messages/EVEN?revision=EVEN", ""),
    (
        "PUT",
        "/api/v1/topics/lobby/messages/1/reactions/x",
        "/api/v1/topics/lobby/messages/1/reactions/%F0%9F%91%8D",
        "",
    ),
    (
        "DELETE",
        "/api/v1/topics/lobby/messages/1/reactions/x",
        "/api/v1/topics/lobby/messages/1/reactions/%F0%9F%91%8D",
        "",
    ),
    (
        "PUT",
        "/api/v1/topics/lobby/membership",
        "/api/v1/topics/lobby/membership",
        r#"{"follow":"following"}"#,
    ),
    ("PUT", "/api/v1/topics/lobby/read", "/api/v1/topics/lobby/read", r#"{"seq":9}"#),
    (
        "PUT",
        "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d",
        "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d",
        r#"{"role":"guest"}"#,
    ),
    (
        "PUT",
        "/api/v1/policy",
        "/api/v1/policy",
        r#"{"readers":"everyone","writers":"everyone","makers":"everyone"}"#,
    ),
    ("PUT", "/api/v1/networks/203.0.113.7", "/api/v1/networks/203.0.113.7", r#"{"banned_until":1}"#),
];
/// Ask `/chat` for a WebSocket.
const HANDSHAKE: [(&str, &str); 5] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("sec-websocket-protocol", SUBPROTOCOL),
];
/// Messages that are edited, and as many that are deleted, before they repeat.
const CHANGED_MESSAGES: u64 = 100;

async fn every_route_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    // On a busy machine `/readyz` would report a slow database.
    let settings = "--access-secret open-sesame --stall-ms 3600000";
    let server = start_with(test_database, settings).await;
    let cookie = server.fill().await;
    for (method, path, _) in ROUTES {
        let build = |number| request_of(&method, path, &cookie, number);
        server.drop_after_each_poll(&format!("{method} {path}"), build, is_handled).await;
    }
}

/// Whether a handler has looked at the request. One that is refused for its fields, its headers or its caller would test little: a
/// new route that needs fields belongs in [`REQUESTS`].
fn is_handled(status: StatusCode) -> bool {
    let is_answer = status.is_informational() || status.is_success() || status.is_redirection();
    let repeated = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::CONFLICT];
    is_answer || repeated.contains(&status)
}

fn request_of(method: &Method, route: &str, cookie: &str, number: u64) -> Request<Body> {
    let draft = DraftId::fresh().to_string();
    let odd = 1 + 2 * (number % CHANGED_MESSAGES);
    let fill = |text: &str| {
        let text = text.replace("DRAFT", &draft).replace("ODD", &odd.to_string());
        text.replace("EVEN", &(odd + 1).to_string())
    };
    let listed = REQUESTS.iter().find(|(of, path, ..)| *of == method.as_str() && *path == route);
    let (path, body) = listed.map_or((route, ""), |(_, _, path, body)| (*path, *body));
    let mut headers = vec![
        ACCESS,
        ("origin", "http://localhost"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("idempotency-key", draft.as_str()),
    ];
    // The form for the secret begins another session in place of the one that posts it.
    if route != "/access" {
        headers.push(("cookie", cookie));
    }
    if route == "/chat" {
        headers.extend(HANDSHAKE);
    }
    let mut request = request(method.clone(), &fill(path), &headers, &fill(body));
    // Without a network the upgrade fails, after the handshake was answered.
    let upgrade = hyper::upgrade::on(&mut request);
    request.extensions_mut().insert(upgrade);
    request
}
