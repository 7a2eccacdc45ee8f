//! Limits on connections and their subscriptions.

use app::protocol::{ClientFrame, ErrorCode, TopicName};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{encode, soon, start, start_one};

fn topic(n: u64) -> TopicName {
    format!("topic-{n}").parse().unwrap()
}

fn subscribe(n: u64) -> Message {
    let frame = ClientFrame::Subscribe { reference: n, topic: topic(n), since: None, tail: 30, echo: true };
    Message::text(encode(&frame))
}

#[tokio::test]
async fn subscriptions_per_connection_are_limited_to_64() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "topic-1").await;
    let mut bob = server.connects("Bob").await;
    for chunk in 0..20 {
        let numbers = chunk * 500 + 1..=(chunk + 1) * 500;
        bob.socket.sends_all(numbers.clone().map(subscribe)).await;
        for n in numbers {
            if n > 64 {
                bob.receives_error(Some(n), ErrorCode::TooManySubscriptions).await;
                continue;
            }
            bob.receives_subscription(n, topic(n)).await;
        }
    }
    ann.publishes("one of the first").await;
    bob.receives("one of the first").await;
}

#[tokio::test]
async fn at_the_limit_one_may_resubscribe_and_replace_subscriptions() {
    let server = start("--max-subscriptions 1").await;
    let mut ann = server.joins("Ann", "tea").await;
    ann.subscribes("tea").await;
    ann.socket.sends(subscribe(9)).await;
    ann.receives_error(Some(9), ErrorCode::TooManySubscriptions).await;
    ann.sends(&ClientFrame::Unsubscribe { reference: 8, topic: "tea".parse().unwrap() }).await;
    ann.next().await;
    ann.subscribes("coffee").await;
}

#[tokio::test]
async fn connections_and_streams_per_address_are_limited() {
    let server = start_one("--max-address-sockets 2").await;
    let greedy = ("x-forwarded-for", "203.0.113.1");
    let handshake = || server.handshake().with(greedy.0, greedy.1);
    let stream = server.browser().streams_events("/api/v1/topics/lobby/events", &[greedy]).await;
    let socket = handshake().connects().await;
    assert_eq!(handshake().rejection_status().await, 429);
    let refused = server.browser().gets_with("/api/v1/topics/lobby/events", &[greedy]).await;
    assert_eq!((refused.status, refused.json()["code"].as_str()), (429, Some("rate")));
    server.handshake().with("x-forwarded-for", "203.0.113.2").connects().await.leaves().await;

    socket.leaves().await;
    let comes_in = async { while handshake().connects_or_status().await.is_err() {} };
    soon("a free place", comes_in).await;
    drop(stream);
}
