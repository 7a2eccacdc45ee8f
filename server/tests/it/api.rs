//! The chat over plain HTTP: the same rules and the same words.

use app::protocol::DraftId;
use serde_json::{Value, json};

use crate::support::{Answer, Browser, TestServer, body_of, start};

const MESSAGES: &str = "/api/v1/topics/lobby/messages";

/// A script with a session.
async fn script(server: &TestServer, name: &str) -> Browser {
    let script = server.browser();
    let body = json!({ "name": name }).to_string();
    let opened = script.calls("POST", "/api/v1/session", &[], &body).await;
    assert_eq!((opened.status, &opened.json()["name"]), (200, &json!(name)));
    script
}

async fn calls(script: &Browser, method: &str, path: &str, draft: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    script.calls(method, path, &[("idempotency-key", draft)], &body).await
}

/// Does something new.
async fn does(script: &Browser, method: &str, path: &str, body: Value) -> Answer {
    calls(script, method, path, &DraftId::random().to_string(), &body).await
}

async fn says(script: &Browser, body: &str) -> u64 {
    let answer = does(script, "POST", MESSAGES, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["seq"].as_u64().unwrap()
}

/// Status and code of a refusal, which says something to people as well.
fn why(answer: &Answer) -> (u16, String) {
    let problem = answer.json();
    assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
    (answer.status, problem["code"].as_str().unwrap().to_owned())
}

fn refusal(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_script_says_what_everyone_hears_and_hears_what_everyone_says() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let bob = script(&server, "Bob").await;
    let draft = DraftId::random().to_string();
    let answer = calls(&bob, "POST", MESSAGES, &draft, &json!({ "body": "hi\r\nall" })).await;
    let ack = json!({ "topic": "lobby", "draft": draft, "seq": 1, "duplicate": false });
    assert_eq!((answer.status, answer.json()), (201, ack));
    assert_eq!(ann.sees("hi\nall").await.author.name.as_str(), "Bob");

    let message = format!("{MESSAGES}/1");
    let thumb = format!("{message}/reactions/%F0%9F%91%8D");
    for (method, path, body, seq) in [
        ("PATCH", &message, json!({ "revision": 1, "body": "hello" }), 2),
        ("PUT", &thumb, Value::Null, 3),
        ("DELETE", &thumb, Value::Null, 4),
        ("PUT", &thumb, Value::Null, 5),
    ] {
        let answer = does(&bob, method, path, body).await;
        assert_eq!((answer.status, &answer.json()["seq"]), (200, &json!(seq)), "{method} {path}");
        assert_eq!(ann.hears().await.seq, seq);
    }
    let seen = server.browser().calls("GET", MESSAGES, &[], "").await.json();
    let event = &seen["events"][0];
    assert_eq!((&event["body"], &event["revision"]), (&json!("hello"), &json!(2)));
    assert_eq!(event["reactions"][0]["people"][0]["name"], "Bob");
    let gone = does(&bob, "DELETE", &format!("{message}?revision=2"), Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(ann.hears().await.seq, 6);
}

#[tokio::test]
async fn a_name_that_is_given_is_kept() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let bob = script(&server, "Bob").await;
    assert_eq!(does(&bob, "POST", MESSAGES, json!({ "body": "1", "name": "Robert" })).await.status, 201);
    says(&bob, "2").await;
    for body in ["1", "2"] {
        assert_eq!(ann.sees(body).await.author.name.as_str(), "Robert");
    }
}

#[tokio::test]
async fn a_retry_is_harmless_even_after_a_restart_and_other_content_is_a_conflict() {
    let server = start("").await;
    let bob = script(&server, "Bob").await;
    let draft = DraftId::random().to_string();
    let hi = json!({ "body": "hi" });
    assert_eq!(calls(&bob, "POST", MESSAGES, &draft, &hi).await.status, 201);
    let server = server.ends().await.starts_again().await;
    let bob = bob.finds(server.address);
    for key in [draft.clone(), format!("\"{draft}\"")] {
        let again = calls(&bob, "POST", MESSAGES, &key, &hi).await;
        assert_eq!((again.status, &again.json()["duplicate"]), (200, &json!(true)));
        assert_eq!(again.json()["seq"], 1);
    }
    let other = calls(&bob, "POST", MESSAGES, &draft, &json!({ "body": "ho" })).await;
    assert_eq!(why(&other), refusal(409, "conflict"));
    let eve = script(&server, "Eve").await;
    assert_eq!(
        calls(&eve, "POST", MESSAGES, &draft, &hi).await.json()["seq"],
        2,
        "a draft is its author's own"
    );
}

#[tokio::test]
async fn a_draft_is_the_same_over_http_and_over_a_socket() {
    let server = start("").await;
    let bob = script(&server, "Bob").await;
    let draft = DraftId::random();
    calls(&bob, "POST", MESSAGES, &draft.to_string(), &json!({ "body": "hi" })).await;
    assert_eq!(bob.connects(None).await.writes("lobby", draft, "hi").await, (1, true));
}

#[tokio::test]
async fn each_fault_has_its_status_and_its_code() {
    let server = start("--body-bytes 8 --max-topics 1 --max-reactions 1").await;
    let (ann, bob) = (script(&server, "Ann").await, script(&server, "Bob").await);
    says(&ann, "tea").await;
    let message = |seq: u64| format!("{MESSAGES}/{seq}");
    assert_eq!(
        does(&ann, "PUT", &format!("{}/reactions/%E2%9D%A4", message(1)), Value::Null).await.status,
        200
    );
    let long = "x".repeat(70_000);
    for (script, method, path, body, status, code) in [
        (&ann, "POST", MESSAGES.to_owned(), json!({ "text": "tea" }), 400, "bad_request"),
        (
            &ann,
            "POST",
            MESSAGES.to_owned(),
            json!({ "body": "tea", "name": "a\u{202e}b" }),
            400,
            "bad_request",
        ),
        (&ann, "POST", MESSAGES.to_owned(), json!({ "body": "nine long" }), 413, "too_large"),
        (&ann, "POST", MESSAGES.to_owned(), json!({ "body": long }), 413, "too_large"),
        (&ann, "POST", MESSAGES.to_owned(), json!({ "body": " " }), 422, "blank"),
        (&ann, "POST", MESSAGES.to_owned(), json!({ "body": "a\u{0}b" }), 422, "bad_text"),
        (&ann, "POST", "/api/v1/topics/No/messages".into(), json!({ "body": "x" }), 400, "bad_request"),
        (&ann, "POST", "/api/v1/topics/tea/messages".into(), json!({ "body": "x" }), 507, "too_many_topics"),
        (&ann, "PATCH", message(1), json!({ "revision": 2, "body": "x" }), 409, "stale"),
        (&ann, "PATCH", message(9), json!({ "revision": 9, "body": "x" }), 404, "not_found"),
        (&ann, "PATCH", format!("{MESSAGES}/one"), json!({ "revision": 1, "body": "x" }), 400, "bad_request"),
        (&bob, "PATCH", message(1), json!({ "revision": 1, "body": "x" }), 403, "forbidden"),
        (&bob, "DELETE", format!("{}?revision=1", message(1)), Value::Null, 403, "forbidden"),
        (&ann, "DELETE", message(1), Value::Null, 400, "bad_request"),
        (&bob, "PUT", format!("{}/reactions/yes", message(1)), Value::Null, 400, "bad_request"),
        (
            &bob,
            "PUT",
            format!("{}/reactions/%F0%9F%91%8D", message(1)),
            Value::Null,
            409,
            "too_many_reactions",
        ),
        (&ann, "GET", "/api/v1/nothing".into(), Value::Null, 404, "not_found"),
        (&ann, "PUT", MESSAGES.to_owned(), Value::Null, 405, "bad_request"),
    ] {
        let answer = does(script, method, &path, body).await;
        assert_eq!(why(&answer), refusal(status, code), "{method} {path}: {}", answer.text);
    }
    for key in [&[][..], &[("idempotency-key", "one")]] {
        let answer = ann.calls("POST", MESSAGES, key, r#"{"body":"tea"}"#).await;
        assert_eq!(why(&answer), refusal(400, "bad_request"), "{key:?}");
    }
    assert_eq!(ann.calls("GET", MESSAGES, &[], "").await.json()["head"], 2, "a refusal leaves nothing");
}

#[tokio::test]
async fn who_writes_has_a_session_and_who_reads_needs_none() {
    let server = start("").await;
    let stranger = server.browser();
    let answer = does(&stranger, "POST", MESSAGES, json!({ "body": "hi" })).await;
    assert_eq!(why(&answer), refusal(401, "no_session"));
    let answer = stranger.calls("GET", MESSAGES, &[], "").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, ""), "reading leaves no session behind");
    assert_eq!(answer.header("cache-control"), "no-store");

    let first = stranger.calls("POST", "/api/v1/session", &[], "").await.json();
    assert_eq!(
        first,
        stranger.calls("POST", "/api/v1/session", &[], "").await.json(),
        "one session, not two"
    );
    assert_eq!(says(&stranger, "hi").await, 1);
}

#[tokio::test]
async fn the_door_is_closed_to_whoever_does_not_know_the_secret() {
    let server = start("--access-secret open-sesame").await;
    let key = [
        ("authorization", "Bearer open-sesame"),
        ("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"),
    ];
    for wrong in [&[][..], &[("authorization", "Bearer open-sesam")]] {
        for (method, path) in [
            ("GET", MESSAGES),
            ("POST", MESSAGES),
            ("GET", "/api/v1/topics/lobby/events"),
            ("POST", "/api/v1/session"),
        ] {
            let answer = server.browser().calls(method, path, wrong, r#"{"body":"hi"}"#).await;
            assert_eq!(why(&answer), refusal(401, "no_access"), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert_eq!(answer.header("set-cookie"), "", "{method} {path}");
        }
    }
    let script = server.browser();
    assert_eq!(
        why(&script.calls("POST", MESSAGES, &key, r#"{"body":"hi"}"#).await),
        refusal(401, "no_session")
    );
    assert_eq!(script.calls("POST", "/api/v1/session", &key, "").await.status, 200);
    assert_eq!(script.calls("POST", MESSAGES, &key, r#"{"body":"hi"}"#).await.status, 201);
    assert_eq!(script.calls("GET", MESSAGES, &key, "").await.json()["head"], 1);
}

#[tokio::test]
async fn a_foreign_page_cannot_write_in_anybodys_name() {
    let server = start("--allow-origin https://friend.example").await;
    let ann = script(&server, "Ann").await;
    let key = ("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d");
    for path in [MESSAGES, "/api/v1/session"] {
        for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = ann.calls("POST", path, &[key, foreign], r#"{"body":"forged"}"#).await;
            assert_eq!(why(&answer), refusal(403, "foreign_origin"), "{path} {foreign:?}");
        }
    }
    let friend = [key, ("origin", "https://friend.example"), ("sec-fetch-site", "cross-site")];
    let answer = ann.calls("POST", MESSAGES, &friend, r#"{"body":"from a friend"}"#).await;
    assert_eq!((answer.status, &answer.json()["seq"]), (201, &json!(1)));
}

#[tokio::test]
async fn whoever_writes_too_fast_is_told_when_to_try_again_and_holds_up_nobody() {
    let server = start("--frames-per-second 1 --frame-burst 2").await;
    let (ann, bob) = (script(&server, "Ann").await, script(&server, "Bob").await);
    let mut answers = Vec::new();
    while answers.last().is_none_or(|answer: &Answer| answer.status == 201) {
        answers.push(does(&ann, "POST", MESSAGES, json!({ "body": "again" })).await);
    }
    let last = answers.last().unwrap();
    assert_eq!(why(last), refusal(429, "rate"));
    assert!((1..=1_000).contains(&last.json()["retry_ms"].as_u64().unwrap()), "{}", last.text);
    assert_eq!(last.header("retry-after"), "1");
    says(&bob, "slowly").await;
}

#[tokio::test]
async fn the_past_is_read_as_over_a_socket() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_and_sees("Ann", "lobby").await;
    ann.says_many((1..=40).map(|n| format!("message {n}"))).await;
    for (query, from, to) in [
        ("", 11, 40),
        ("?limit=5", 36, 40),
        ("?limit=0", 40, 40),
        ("?before=11&limit=3", 8, 10),
        ("?before=1", 1, 0),
        ("?before=0", 1, 0),
        ("?after=0&limit=3", 1, 3),
        ("?after=9007199254740992", 41, 40),
        ("?around=20&limit=4", 18, 21),
        ("?before=41&limit=4294967295", 1, 40),
    ] {
        let page = server.browser().calls("GET", &format!("{MESSAGES}{query}"), &[], "").await.json();
        let seqs: Vec<_> =
            page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (from..=to).collect::<Vec<_>>(), "{query}");
        assert_eq!(
            (&page["from"], &page["to"], &page["head"]),
            (&json!(from), &json!(to), &json!(40)),
            "{query}"
        );
        assert_eq!((&page["topic"], &page["epoch"]), (&json!("lobby"), &json!(seen.epoch.0)));
    }
    for query in ["?before=1&after=1", "?before=-1", "?limit=many", "?around="] {
        let answer = server.browser().calls("GET", &format!("{MESSAGES}{query}"), &[], "").await;
        assert_eq!(why(&answer), refusal(400, "bad_request"), "{query}");
    }
    let empty = server.browser().calls("GET", "/api/v1/topics/nowhere/messages", &[], "").await.json();
    assert_eq!((&empty["from"], &empty["to"], &empty["head"]), (&json!(1), &json!(0), &json!(0)));
    assert_eq!(body_of(&ann.says("marker").await), "marker");
}

/// The document's shell blocks that call the API, in their order.
fn documented() -> Vec<&'static str> {
    let document = include_str!("../../../docs/PROTOCOL.md");
    document.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[tokio::test]
async fn what_the_document_tells_to_type_works() {
    if std::process::Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let (server, folder) = (start("").await, tempfile::tempdir().unwrap());
    let blocks = documented();
    assert!(blocks.len() >= 8, "{blocks:?}");
    for block in blocks {
        let typed = block.replace("http://127.0.0.1:3000", &format!("http://{}", server.address));
        // A stream has no end of its own: a second of it is enough, and curl says 28 then.
        let stream = block.contains("-N");
        let seconds = if stream { 1 } else { 10 };
        let script =
            format!("set -e; curl() {{ command curl -sS --fail-with-body -m {seconds} \"$@\"; }}\n{typed}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(folder.path());
        let output = tokio::task::spawn_blocking(move || shell.output()).await.unwrap().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let code = output.status.code();
        assert!(code == Some(0) || stream && code == Some(28), "{block}{out}{err}");
        assert!(out.contains(if stream { "id: " } else { "{\"" }), "{block}{out}{err}");
    }
}
