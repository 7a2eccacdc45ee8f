//! Sessions, the access secret, origins, methods and rate limits.

use super::*;

#[tokio::test]
async fn writing_needs_a_session_and_reading_does_not() {
    let server = start("").await;
    let stranger = server.browser();
    let answer = sends_json(&stranger, "POST", MESSAGES, json!({ "body": "hi" })).await;
    assert_eq!(error_of(&answer), api_error(401, "no_session"));
    posts_message(&api_client(&server, "Ann").await, "hello").await;
    let answer = stranger.calls("GET", MESSAGES, &[], "").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (200, ""), "reading leaves no session behind");
    assert_eq!(answer.header("cache-control"), "no-store");

    let first = stranger.calls("POST", "/api/v1/session", &[], "").await.json();
    assert_eq!(
        first,
        stranger.calls("POST", "/api/v1/session", &[], "").await.json(),
        "one session, not two"
    );
    assert_eq!(posts_message(&stranger, "hi").await, 2);
}

#[tokio::test]
async fn every_request_needs_the_access_secret() {
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
            ("GET", "/api/v1/search?q=hi"),
            ("GET", "/api/v1/people/6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"),
            ("POST", "/api/v1/session"),
        ] {
            let answer = server.browser().calls(method, path, wrong, r#"{"body":"hi"}"#).await;
            assert_eq!(error_of(&answer), api_error(401, "no_access"), "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert_eq!(answer.header("set-cookie"), "", "{method} {path}");
        }
    }
    let script = server.browser();
    assert_eq!(
        error_of(&script.calls("POST", MESSAGES, &key, r#"{"body":"hi"}"#).await),
        api_error(401, "no_session")
    );
    assert_eq!(script.calls("POST", "/api/v1/session", &key, "").await.status, 200);
    assert_eq!(script.calls("POST", MESSAGES, &key, r#"{"body":"hi"}"#).await.status, 201);
    assert_eq!(script.calls("GET", MESSAGES, &key, "").await.json()["head"], 1);
}

#[tokio::test]
async fn a_cross_origin_page_cannot_write() {
    let server = start("--allow-origin https://friend.example").await;
    let ann = api_client(&server, "Ann").await;
    let key = ("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d");
    for path in [MESSAGES, "/api/v1/session"] {
        for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let answer = ann.calls("POST", path, &[key, foreign], r#"{"body":"forged"}"#).await;
            assert_eq!(error_of(&answer), api_error(403, "foreign_origin"), "{path} {foreign:?}");
        }
    }
    let friend = [key, ("origin", "https://friend.example"), ("sec-fetch-site", "cross-site")];
    let answer = ann.calls("POST", MESSAGES, &friend, r#"{"body":"from a friend"}"#).await;
    assert_eq!((answer.status, &answer.json()["seq"]), (201, &json!(1)));
}

#[tokio::test]
async fn a_wrong_method_is_rejected_with_its_own_code() {
    let server = start("").await;
    for (method, path, allow) in [
        ("PUT", MESSAGES, "GET,HEAD,POST"),
        ("DELETE", "/api/v1/topics", "GET,HEAD"),
        ("OPTIONS", "/api/v1/search", "GET,HEAD"),
        ("POST", "/api/v1/topics/lobby/read", "PUT"),
    ] {
        let answer = server.browser().calls(method, path, &[], "").await;
        assert_eq!(error_of(&answer), api_error(405, "method_not_allowed"), "{method} {path}");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn a_fast_writer_gets_a_retry_time_and_delays_nobody() {
    let server = start("--frames-per-second 1 --frame-burst 2").await;
    let ann = api_client(&server, "Ann").await;
    let bob = api_client(&server, "Bob").await;
    let mut answers = Vec::new();
    while answers.last().is_none_or(|answer: &HttpResponse| answer.status == 201) {
        answers.push(sends_json(&ann, "POST", MESSAGES, json!({ "body": "again" })).await);
    }
    let last = answers.last().unwrap();
    assert_eq!(error_of(last), api_error(429, "rate"));
    // The body and the header name the same delay.
    assert_eq!((&last.json()["retry_ms"], last.header("retry-after")), (&json!(1_000), "1"));
    posts_message(&bob, "slowly").await;
}
