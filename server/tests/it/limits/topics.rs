//! Limits on topics.

use app::protocol::{DraftId, ErrorCode, ServerFrame};

use crate::support::{start, start_one};

#[tokio::test]
async fn a_topic_beyond_the_limit_can_be_subscribed_but_not_created() {
    let server = start("--max-topics 2").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("green").await;
    ann.subscribes("coffee").await;
    ann.publishes("black").await;

    ann.subscribes("water").await;
    let reference = ann.sends_publish("water", DraftId::fresh(), "still").await;
    ann.receives_error(Some(reference), ErrorCode::TooManyTopics).await;
    let mut visitor = server.connects_plain("?topic=water").await;
    visitor.receives_joined().await;
    visitor.sends("sparkling").await;
    visitor.receives_error().await;
    assert_eq!(ann.subscribes("tea").await.head, 1);
    assert_eq!(ann.publishes("oolong").await.seq, 2);
}

#[tokio::test]
async fn new_topics_per_address_are_limited_on_every_endpoint_except_the_default_topic() {
    let server = start_one("--topics-per-hour 2").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.publishes("green").await;
    let mut visitor = server.connects_plain("?topic=coffee").await;
    visitor.receives_joined().await;
    visitor.publishes("Bob", "black").await;
    visitor.receives("Bob", "black").await;

    let reference = ann.sends_publish("water", DraftId::fresh(), "still").await;
    let retry_ms =
        match ann.next().await {
            ServerFrame::Error {
                reference: Some(refused), code: ErrorCode::TooManyTopics, retry_ms, ..
            } if refused == reference => retry_ms,
            other => panic!("{other:?}"),
        };
    assert!(retry_ms.is_some_and(|ms| (1..=1_800_000).contains(&ms)), "{retry_ms:?}");
    let mut visitor = server.connects_plain("?topic=water").await;
    visitor.receives_joined().await;
    visitor.sends("sparkling").await;
    visitor.receives_error().await;
    let script = server.browser();
    assert_eq!(script.calls("POST", "/api/v1/session", &[], "").await.status, 200);
    let key = [("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d")];
    let refused = script.calls("PUT", "/api/v1/topics/water", &key, "").await;
    assert_eq!(refused.header("retry-after").parse::<u64>().map(|seconds| seconds <= 1_800), Ok(true));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("too_many_topics")));
    ann.subscribes("lobby").await;
    ann.publishes("the default topic").await;
}
