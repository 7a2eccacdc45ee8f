//! Unknown fields and fields of a wrong type.

use super::*;

const TOPIC: &str = "/api/v1/topics/lobby";
const PERSON: &str = "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
const NETWORK: &str = "/api/v1/networks/203.0.113.7";
const MESSAGE: &str = "/api/v1/topics/lobby/messages/1";

/// Every request of the API with a valid body.
fn requests() -> Vec<(&'static str, String, Value)> {
    let thumb = format!("{MESSAGE}/reactions/%F0%9F%91%8D");
    vec![
        ("GET", "/api/v1/topics".into(), Value::Null),
        ("GET", TOPIC.into(), Value::Null),
        ("PUT", "/api/v1/topics/tea".into(), json!({})),
        ("PATCH", TOPIC.into(), json!({ "title": "x" })),
        ("GET", MESSAGES.into(), Value::Null),
        ("POST", MESSAGES.into(), json!({ "body": "x" })),
        ("GET", MESSAGE.into(), Value::Null),
        ("PATCH", MESSAGE.into(), json!({ "revision": 1, "body": "x" })),
        ("DELETE", format!("{MESSAGE}?revision=1"), json!({})),
        ("PUT", thumb.clone(), json!({})),
        ("DELETE", thumb, json!({})),
        ("PUT", format!("{TOPIC}/membership"), json!({ "follow": "muted" })),
        ("PUT", format!("{TOPIC}/read"), json!({ "seq": 1 })),
        ("GET", format!("{TOPIC}/members"), Value::Null),
        ("GET", format!("{TOPIC}/events"), Value::Null),
        ("GET", "/api/v1/search?q=x".into(), Value::Null),
        ("GET", "/api/v1/memberships".into(), Value::Null),
        ("GET", "/api/v1/session".into(), Value::Null),
        ("POST", "/api/v1/session".into(), json!({})),
        ("GET", "/api/v1/audit".into(), Value::Null),
        ("GET", "/api/v1/policy".into(), Value::Null),
        (
            "PUT",
            "/api/v1/policy".into(),
            json!({ "readers": "everyone", "writers": "everyone", "makers": "everyone" }),
        ),
        ("GET", "/api/v1/networks".into(), Value::Null),
        ("PUT", NETWORK.into(), json!({ "banned_until": 1 })),
        ("DELETE", NETWORK.into(), json!({})),
        ("GET", PERSON.into(), Value::Null),
        ("PUT", PERSON.into(), json!({ "role": "guest" })),
        ("GET", "/api/v1/openapi.json".into(), Value::Null),
        ("GET", "/api/v1/frames.schema.json".into(), Value::Null),
    ]
}

fn words(answer: &HttpResponse) -> String {
    answer.json()["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_unknown_field_is_rejected_by_its_name() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    posts_message(&bob, "hi").await;
    for (method, path, body) in requests() {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = sends_json(&bob, method, &format!("{path}{mark}reply_too=1"), body.clone()).await;
        assert_eq!(error_of(&answer), api_error(400, "bad_request"), "{method} {path}");
        assert!(words(&answer).starts_with("`reply_too` is not known"), "{method} {path}: {}", answer.text);
        if let Value::Object(mut fields) = body {
            fields.insert("reply_too".into(), json!(1));
            let answer = sends_json(&bob, method, &path, Value::Object(fields)).await;
            assert_eq!(error_of(&answer), api_error(400, "bad_request"), "{method} {path}");
            assert!(
                words(&answer).starts_with("`reply_too` is not known"),
                "{method} {path}: {}",
                answer.text
            );
        }
    }
    let page = bob.calls("GET", MESSAGES, &[], "").await.json();
    assert_eq!(page["head"], 1, "a refusal leaves nothing");
    let described = bob.calls("GET", "/api/v1/openapi.json", &[], "").await.json();
    let paths = described["paths"].as_object().unwrap().values();
    let operations = paths.map(|methods| methods.as_object().unwrap().len()).sum::<usize>();
    assert_eq!(requests().len(), operations, "an operation is missing above");
}

#[tokio::test]
async fn a_field_of_the_wrong_type_is_rejected_with_a_readable_message() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    posts_message(&bob, "hi").await;
    let id = "the `seq` or the id of an event";
    for (method, path, body, words) in [
        (
            "GET",
            "/api/v1/topics?limit=many",
            Value::Null,
            "`limit` must be a whole number from 1 to 200".to_owned(),
        ),
        (
            "GET",
            "/api/v1/search?q=x&limit=-1",
            Value::Null,
            "`limit` must be a whole number from 1 to 100".into(),
        ),
        ("GET", "/api/v1/topics?skip=-1", Value::Null, "`skip` must be a whole number".into()),
        ("GET", "/api/v1/topics/lobby/messages?after=x", Value::Null, format!("`after` must be {id}")),
        ("GET", "/api/v1/topics/lobby/events?after=", Value::Null, format!("`after` must be {id}")),
        (
            "GET",
            "/api/v1/topics/lobby/messages?before=1&before=2",
            Value::Null,
            "`before` is given twice".into(),
        ),
        ("POST", MESSAGES, json!({ "body": 7 }), "`body` must be a string".into()),
        ("POST", MESSAGES, json!({ "reply_to": 1 }), "`body` is missing".into()),
        ("POST", MESSAGES, json!([1]), "the body must be a JSON object".into()),
        (
            "PATCH",
            MESSAGE,
            json!({ "revision": "1", "body": "x" }),
            "`revision` must be a whole number".into(),
        ),
        ("DELETE", MESSAGE, Value::Null, "`revision` is missing".into()),
        (
            "PUT",
            "/api/v1/topics/lobby/membership",
            json!({ "follow": "loudly" }),
            "`follow` must be one of `none`, `following`, `muted`".into(),
        ),
    ] {
        let answer = sends_json(&bob, method, path, body).await;
        assert_eq!((answer.status, self::words(&answer)), (400, words), "{method} {path}");
    }
    let answer = bob.calls("POST", "/api/v1/session", &[], "name=Ann").await;
    assert_eq!(words(&answer), "the body is not valid JSON: see line 1, column 2");
}
