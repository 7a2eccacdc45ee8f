//! Single messages, the own session, and topics that do not exist.

use super::*;

#[tokio::test]
async fn a_single_message_equals_its_entry_in_the_list() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    posts_message(&bob, "hi").await;
    posts_message(&bob, "ho").await;
    let thumb = format!("{MESSAGES}/1/reactions/%F0%9F%91%8D");
    assert_eq!(sends_json(&bob, "PUT", &thumb, Value::Null).await.status, 200);
    assert_eq!(
        sends_json(&bob, "DELETE", &format!("{MESSAGES}/2?revision=2"), Value::Null).await.status,
        200
    );

    let stranger = server.browser();
    let page = stranger.calls("GET", MESSAGES, &[], "").await.json();
    assert_eq!(page["events"][0]["reactions"][0]["emoji"], "👍");
    assert_eq!(page["events"][1]["deleted"], true);
    for (index, seq) in [(0, 1), (1, 2)] {
        let one = stranger.calls("GET", &format!("{MESSAGES}/{seq}"), &[], "").await;
        assert_eq!((one.status, one.json()), (200, page["events"][index].clone()));
    }
    for seq in ["0", "3", "4", "5", "9007199254740992", "18446744073709551615"] {
        let none = stranger.calls("GET", &format!("{MESSAGES}/{seq}"), &[], "").await;
        assert_eq!(error_of(&none), api_error(404, "not_found"), "{seq} is no message");
    }
    let word = stranger.calls("GET", &format!("{MESSAGES}/one"), &[], "").await;
    assert_eq!(error_of(&word), api_error(400, "bad_request"));
}

#[tokio::test]
async fn a_client_reads_its_own_session() {
    let server = start("").await;
    let nobody = server.browser().calls("GET", "/api/v1/session", &[], "").await;
    assert_eq!(error_of(&nobody), api_error(401, "no_session"));
    assert_eq!(nobody.header("set-cookie"), "", "a question makes no session");
    let bob = server.browser();
    let opened = bob.calls("POST", "/api/v1/session", &[], r#"{"name":"Bob"}"#).await.json();
    let own = bob.calls("GET", "/api/v1/session", &[], "").await;
    assert_eq!((own.status, own.json()), (200, opened));

    let server = start("--access-secret open-sesame").await;
    let stranger = server.browser().calls("GET", "/api/v1/session", &[], "").await;
    assert_eq!(error_of(&stranger), api_error(401, "no_access"));
}

#[tokio::test]
async fn a_missing_topic_is_404_on_each_of_its_endpoints() {
    let server = start("").await;
    let bob = api_client(&server, "Bob").await;
    let topic = "/api/v1/topics/tea";
    for (method, path, body) in [
        ("GET", "", Value::Null),
        ("GET", "/messages", Value::Null),
        ("GET", "/messages?before=1", Value::Null),
        ("GET", "/messages?after=0", Value::Null),
        ("GET", "/messages/1", Value::Null),
        ("GET", "/members", Value::Null),
        ("PATCH", "", json!({ "title": "Tea" })),
        ("PATCH", "/messages/1", json!({ "revision": 1, "body": "x" })),
        ("DELETE", "/messages/1?revision=1", Value::Null),
        ("PUT", "/messages/1/reactions/%F0%9F%91%8D", Value::Null),
        ("PUT", "/membership", json!({ "follow": "following" })),
        ("PUT", "/read", json!({ "seq": 1 })),
    ] {
        let answer = sends_json(&bob, method, &format!("{topic}{path}"), body).await;
        assert_eq!(error_of(&answer), api_error(404, "not_found"), "{method} {path}");
    }
    // Its event stream can be opened, as over a WebSocket, and waits for the first event.
    let mut stream = bob.streams_events(&format!("{topic}/events"), &[]).await;
    stream.next().await.unwrap();
    assert_eq!(
        sends_json(&bob, "POST", &format!("{topic}/messages"), json!({ "body": "first" })).await.status,
        201
    );
    assert_eq!(stream.receives_event().await.seq, 1);
    assert_eq!(bob.calls("GET", &format!("{topic}/messages"), &[], "").await.json()["head"], 1);
}
