//! One message, one's own session, and a topic that nobody has begun.

use super::*;

#[tokio::test]
async fn one_message_is_read_as_the_list_shows_it() {
    let server = start("").await;
    let bob = script(&server, "Bob").await;
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
async fn a_script_asks_who_it_is() {
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
async fn a_topic_that_nobody_has_begun_is_not_found_at_each_of_its_addresses() {
    let server = start("").await;
    let bob = script(&server, "Bob").await;
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
    // One may wait for its first event, as on a socket.
    let mut stream = bob.streams_events(&format!("{topic}/events"), &[]).await;
    stream.next().await.unwrap();
    assert_eq!(
        sends_json(&bob, "POST", &format!("{topic}/messages"), json!({ "body": "first" })).await.status,
        201
    );
    assert_eq!(stream.receives_event().await.seq, 1);
    assert_eq!(bob.calls("GET", &format!("{topic}/messages"), &[], "").await.json()["head"], 1);
}
