//! Publishing and receiving.

use super::*;

#[tokio::test]
async fn an_api_client_publishes_and_receives() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let bob = api_client(&server, "Bob").await;
    let draft = DraftId::fresh().to_string();
    let answer = calls(&bob, "POST", MESSAGES, &draft, &json!({ "body": "hi\r\nall" })).await;
    let ack = json!({ "topic": "lobby", "draft": draft, "seq": 1, "duplicate": false });
    assert_eq!((answer.status, answer.json()), (201, ack));
    assert_eq!(ann.receives("hi\nall").await.author.name.as_str(), "Bob");

    let message = format!("{MESSAGES}/1");
    let thumb = format!("{message}/reactions/%F0%9F%91%8D");
    for (method, path, body, seq) in [
        ("PATCH", &message, json!({ "revision": 1, "body": "hello" }), 2),
        ("PUT", &thumb, Value::Null, 3),
        ("DELETE", &thumb, Value::Null, 4),
        ("PUT", &thumb, Value::Null, 5),
    ] {
        let answer = sends_json(&bob, method, path, body).await;
        assert_eq!((answer.status, &answer.json()["seq"]), (200, &json!(seq)), "{method} {path}");
        assert_eq!(ann.receives_event().await.seq, seq);
    }
    let seen = server.browser().calls("GET", MESSAGES, &[], "").await.json();
    let event = &seen["events"][0];
    assert_eq!((&event["body"], &event["revision"]), (&json!("hello"), &json!(2)));
    assert_eq!(event["reactions"][0]["people"][0]["name"], "Bob");
    let gone = sends_json(&bob, "DELETE", &format!("{message}?revision=2"), Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(ann.receives_event().await.seq, 6);
}

#[tokio::test]
async fn a_given_name_is_kept() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let bob = api_client(&server, "Bob").await;
    assert_eq!(
        sends_json(&bob, "POST", MESSAGES, json!({ "body": "1", "name": "Robert" })).await.status,
        201
    );
    posts_message(&bob, "2").await;
    for body in ["1", "2"] {
        assert_eq!(ann.receives(body).await.author.name.as_str(), "Robert");
    }
}

#[tokio::test]
async fn a_retry_is_a_duplicate_even_after_a_restart_and_other_content_is_a_conflict() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    let draft = DraftId::fresh().to_string();
    let hi = json!({ "body": "hi" });
    assert_eq!(calls(&bob, "POST", MESSAGES, &draft, &hi).await.status, 201);
    let server = server.stops().await.restarts().await;
    let bob = bob.moves_to(server.address);
    for key in [draft.clone(), format!("\"{draft}\"")] {
        let again = calls(&bob, "POST", MESSAGES, &key, &hi).await;
        assert_eq!((again.status, &again.json()["duplicate"]), (200, &json!(true)));
        assert_eq!(again.json()["seq"], 1);
    }
    let other = calls(&bob, "POST", MESSAGES, &draft, &json!({ "body": "ho" })).await;
    assert_eq!(error_of(&other), api_error(409, "conflict"));
    let eve = api_client(&server, "Eve").await;
    assert_eq!(
        calls(&eve, "POST", MESSAGES, &draft, &hi).await.json()["seq"],
        2,
        "a draft is its author's own"
    );
}

#[tokio::test]
async fn a_draft_is_the_same_over_http_and_over_a_socket() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    let draft = DraftId::fresh();
    let mut socket = bob.connects(None).await;
    calls(&bob, "POST", MESSAGES, &draft.to_string(), &json!({ "body": "hi" })).await;
    assert_eq!(socket.receives_membership().await.topic.as_str(), "lobby", "who writes follows");
    assert_eq!(socket.publishes_draft("lobby", draft, "hi").await, (1, true));
}

#[tokio::test]
async fn each_error_has_its_status_and_code() {
    let server = start("--body-bytes 8 --max-topics 0 --max-reactions 1").await;
    let ann = api_client(&server, "Ann").await;
    let bob = api_client(&server, "Bob").await;
    posts_message(&ann, "tea").await;
    let message = |seq: u64| format!("{MESSAGES}/{seq}");
    assert_eq!(
        sends_json(&ann, "PUT", &format!("{}/reactions/%E2%9D%A4", message(1)), Value::Null).await.status,
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
        (&ann, "PUT", MESSAGES.to_owned(), Value::Null, 405, "method_not_allowed"),
    ] {
        let answer = sends_json(script, method, &path, body).await;
        assert_eq!(error_of(&answer), api_error(status, code), "{method} {path}: {}", answer.text);
    }
    for key in [&[][..], &[("idempotency-key", "one")]] {
        let answer = ann.calls("POST", MESSAGES, key, r#"{"body":"tea"}"#).await;
        assert_eq!(error_of(&answer), api_error(400, "bad_request"), "{key:?}");
    }
    assert_eq!(ann.calls("GET", MESSAGES, &[], "").await.json()["head"], 2, "a refusal leaves nothing");
}

#[tokio::test]
async fn history_is_read_as_over_a_socket() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many((1..=40).map(|n| format!("message {n}"))).await;
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
        assert_eq!(error_of(&answer), api_error(400, "bad_request"), "{query}");
    }
    assert_eq!(body_of(&ann.publishes("marker").await), "marker");
}
