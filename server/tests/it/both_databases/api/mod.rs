//! The HTTP API.

mod authorization;
mod fields;
mod lookups;
mod openapi;
mod paging;
mod publishing;
mod schemas;

use crate::support::{Browser, HttpResponse, TestServer, body_of, start};
use app::protocol::DraftId;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/v1/topics/lobby/messages";

/// An API client with a session.
async fn api_client(server: &TestServer, name: &str) -> Browser {
    let script = server.browser();
    let body = json!({ "name": name }).to_string();
    let opened = script.calls("POST", "/api/v1/session", &[], &body).await;
    assert_eq!((opened.status, &opened.json()["name"]), (200, &json!(name)));
    script
}

async fn calls(script: &Browser, method: &str, path: &str, draft: &str, body: &Value) -> HttpResponse {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    script.calls(method, path, &[("idempotency-key", draft)], &body).await
}

/// Sends JSON under a new draft.
async fn sends_json(script: &Browser, method: &str, path: &str, body: Value) -> HttpResponse {
    calls(script, method, path, &DraftId::fresh().to_string(), &body).await
}

async fn posts_message(script: &Browser, body: &str) -> u64 {
    let answer = sends_json(script, "POST", MESSAGES, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["seq"].as_u64().unwrap()
}

/// Returns the status and code of an error, which must have a message too.
fn error_of(answer: &HttpResponse) -> (u16, String) {
    let problem = answer.json();
    assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
    (answer.status, problem["code"].as_str().unwrap().to_owned())
}

fn api_error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
