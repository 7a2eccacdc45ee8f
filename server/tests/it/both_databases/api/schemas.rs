//! Compares the API and its frames with their published schemas.

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};

use super::*;

const OPENAPI: &str = "/api/v1/openapi.json";
const FRAMES: &str = "/api/v1/frames.schema.json";
const SOMEBODY: &str = "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";

/// A published schema document and its validators.
struct Description {
    document: Value,
    compiler: Compiler,
    schemas: Schemas,
}

impl Description {
    async fn of(server: &TestServer, path: &str) -> Self {
        let answer = server.browser().calls("GET", path, &[], "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let document: Value = serde_json::from_str(&answer.text).unwrap();
        let mut compiler = Compiler::new();
        compiler.add_resource("http://chorus/document", document.clone()).unwrap();
        Self { document, compiler, schemas: Schemas::new() }
    }

    /// Validates a value against the schema at a JSON pointer. Returns the errors, or `None` if it is valid.
    fn faults(&mut self, pointer: &str, value: &Value) -> Option<String> {
        assert!(self.document.pointer(pointer).is_some(), "nothing is described at {pointer}");
        let fragment = pointer.replace('{', "%7B").replace('}', "%7D");
        let schema = self.compiler.compile(&format!("http://chorus/document#{fragment}"), &mut self.schemas);
        let fault = self.schemas.validate(value, schema.unwrap()).err();
        fault.map(|fault| format!("{fault:#}\n{value:#}"))
    }

    /// Asserts that a response matches its operation.
    fn holds(&mut self, operation: &str, answer: &HttpResponse) {
        let (method, path) = operation.split_once(' ').unwrap();
        let operation = format!("/paths/{}/{}", path.replace('/', "~1"), method.to_lowercase());
        let pointer = if answer.status < 400 {
            format!("{operation}/responses/{}/content/application~1json/schema", answer.status)
        } else {
            "/components/responses/Problem/content/application~1json/schema".to_owned()
        };
        let value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(self.faults(&pointer, &value), None, "{operation}");
    }

    /// Returns `METHOD path` of each operation.
    fn operations(&self) -> BTreeSet<String> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        });
        operations.collect()
    }
}

fn filled_in(path: &str) -> String {
    path.replace("{topic}", "lobby")
        .replace("{message}", "1")
        .replace("{emoji}", "%F0%9F%91%8D")
        .replace("{user}", SOMEBODY)
        .replace("{network}", "203.0.113.7")
}

#[tokio::test]
async fn each_path_accepts_exactly_the_described_methods() {
    let server = start("").await;
    let description = Description::of(&server, OPENAPI).await;
    for (path, operations) in description.document["paths"].as_object().unwrap() {
        let answer = server.browser().calls("OPTIONS", &filled_in(path), &[], "").await;
        let allowed: BTreeSet<_> =
            answer.header("allow").split(',').filter(|method| *method != "HEAD").collect();
        let described: Vec<_> =
            operations.as_object().unwrap().keys().map(|key| key.to_uppercase()).collect();
        assert_eq!(allowed, described.iter().map(String::as_str).collect(), "{path}");
    }
}

#[tokio::test]
async fn each_response_matches_its_schema() {
    let server = start("").await;
    let mut description = Description::of(&server, OPENAPI).await;
    let bob = api_client(&server, "Bob").await;
    let _ann = server.joins("Ann", "lobby").await;
    let mut left = description.operations();
    let topic = "/api/v1/topics/{topic}";
    for (method, path, query, body, status) in [
        ("POST", "/api/v1/session", "", json!({ "name": "Bob" }), 200),
        ("GET", "/api/v1/session", "", Value::Null, 200),
        ("PUT", topic, "", json!({ "title": "Tea" }), 201),
        ("PATCH", topic, "", json!({ "description": "All of it." }), 200),
        ("GET", topic, "", Value::Null, 200),
        ("GET", "/api/v1/topics", "", Value::Null, 200),
        ("POST", &format!("{topic}/messages"), "", json!({ "body": "a *word*", "name": "Bo" }), 201),
        ("POST", &format!("{topic}/messages"), "", json!({ "body": "another word", "reply_to": 3 }), 201),
        (
            "PATCH",
            &format!("{topic}/messages/{{message}}"),
            "",
            json!({ "revision": 3, "body": "words" }),
            200,
        ),
        ("PUT", &format!("{topic}/messages/{{message}}/reactions/{{emoji}}"), "", Value::Null, 200),
        ("GET", &format!("{topic}/messages"), "?limit=1", Value::Null, 200),
        ("GET", &format!("{topic}/messages"), "", Value::Null, 200),
        ("GET", &format!("{topic}/messages/{{message}}"), "", Value::Null, 200),
        ("GET", "/api/v1/search", "?q=word", Value::Null, 200),
        ("DELETE", &format!("{topic}/messages/{{message}}/reactions/{{emoji}}"), "", Value::Null, 200),
        ("DELETE", &format!("{topic}/messages/{{message}}"), "?revision=5", Value::Null, 200),
        ("GET", &format!("{topic}/messages/{{message}}"), "", Value::Null, 200),
        ("PUT", &format!("{topic}/membership"), "", json!({ "follow": "muted" }), 200),
        ("PUT", &format!("{topic}/read"), "", json!({ "seq": 3 }), 200),
        ("GET", "/api/v1/memberships", "", Value::Null, 200),
        ("GET", &format!("{topic}/members"), "", Value::Null, 200),
        // Responses of 200: the test in `moderation.rs`.
        ("GET", "/api/v1/people/{user}", "", Value::Null, 404),
        ("PUT", "/api/v1/people/{user}", "", json!({ "role": "guest", "banned_until": null }), 404),
        ("GET", "/api/v1/audit", "", Value::Null, 404),
        ("GET", "/api/v1/policy", "", Value::Null, 404),
        (
            "PUT",
            "/api/v1/policy",
            "",
            json!({ "readers": "everyone", "writers": "everyone", "makers": "everyone" }),
            404,
        ),
        ("GET", "/api/v1/networks", "", Value::Null, 404),
        ("PUT", "/api/v1/networks/{network}", "", json!({ "banned_until": 1 }), 404),
        ("DELETE", "/api/v1/networks/{network}", "", Value::Null, 404),
        ("GET", OPENAPI, "", Value::Null, 200),
        ("GET", FRAMES, "", Value::Null, 200),
        ("PUT", topic, "", json!({}), 409),
        ("DELETE", &format!("{topic}/messages/{{message}}"), "", Value::Null, 400),
    ] {
        let address = filled_in(path).replace("/messages/1", "/messages/3") + query;
        let answer = sends_json(&bob, method, &address, body).await;
        assert_eq!(answer.status, status, "{method} {address}: {}", answer.text);
        description.holds(&format!("{method} {path}"), &answer);
        left.remove(&format!("{method} {path}"));
    }
    // A stream is not JSON; the test below checks its frames.
    let streams = ["GET /api/v1/topics/{topic}/events".to_owned()];
    assert_eq!(left, streams.into_iter().collect(), "every operation was called");
    let wrong = json!({ "topic": "lobby", "draft": "none", "duplicate": 1 });
    let ack = "/components/schemas/AckResponse";
    assert!(description.faults(ack, &wrong).is_some(), "a schema that takes anything says nothing");
}

#[tokio::test]
async fn the_documented_frames_match_their_schemas() {
    let server = start("").await;
    let mut description = Description::of(&server, FRAMES).await;
    let document = include_str!("../../../../../docs/PROTOCOL.md");
    let frames = document.lines().filter(|line| line.starts_with("{\"type\":"));
    let frames: Vec<Value> = frames.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(frames.len() > 40, "{}", frames.len());
    for frame in &frames {
        assert_eq!(description.faults("", frame), None);
    }
    for (schema, frame) in [
        ("/$defs/ClientFrame", json!({ "type": "publish", "ref": 1, "topic": "lobby", "body": "no draft" })),
        ("/$defs/ClientFrame", json!({ "type": "subscribe", "ref": 1, "topic": "No Topic" })),
        ("/$defs/ServerFrame", json!({ "type": "event", "topic": "lobby", "seq": 1 })),
        ("/$defs/ServerFrame", json!({ "type": "ack", "ref": "1" })),
    ] {
        assert!(description.faults(schema, &frame).is_some(), "{frame}");
    }
}

#[tokio::test]
async fn a_schema_is_revalidated_by_etag_and_needs_no_secret() {
    let server = start("--access-secret open-sesame").await;
    for path in [OPENAPI, FRAMES] {
        let first = server.browser().calls("GET", path, &[], "").await;
        let tag = first.header("etag");
        assert!(tag.len() > 2 && first.status == 200, "{path}: {tag}");
        let again = server.browser().calls("GET", path, &[("if-none-match", tag)], "").await;
        assert_eq!((again.status, again.bytes, again.header("etag")), (304, 0, tag), "{path}");
        assert_eq!(first.header("cache-control"), "no-cache");
    }
}
