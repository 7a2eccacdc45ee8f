//! Tests of the endpoint API with a minimal endpoint of its own ([`echo_endpoint`]).

mod echo_endpoint;
mod harness;

use app::protocol::CloseCode;
use server::endpoint::CloseReason;
use tokio_tungstenite::tungstenite::Message;

use self::{echo_endpoint::LARGE_REPLY_BYTES, harness::Harness};
use crate::support::{HandshakeClient, soon};

#[tokio::test]
async fn each_connection_has_a_state_of_its_own() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    let mut bob = harness.connects("/calm", "Bob").await;
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
    ann.sends_text("again").await;
    assert_eq!(ann.next_text().await, "2 again");
    bob.sends_text("hello").await;
    assert_eq!(bob.next_text().await, "1 hello");
}

#[tokio::test]
async fn the_session_is_checked_before_the_upgrade() {
    let harness = Harness::opens().await;
    assert_eq!(HandshakeClient::new(harness.address, "/calm").rejection_status().await, 401);
    assert_eq!(harness.handshake("/calm", "Mallory").await.rejection_status().await, 418);
    harness.connects("/calm", "Ann").await;
}

#[tokio::test]
async fn bytes_go_to_the_binary_handler() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    ann.sends(Message::binary(vec![1, 2, 255])).await;
    assert_eq!(ann.next().await, Message::binary(vec![255, 2, 1]));
}

#[tokio::test]
async fn a_publish_reaches_subscribers_with_and_without_echo() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    let mut bob = harness.connects("/calm", "Bob").await;
    for socket in [&mut ann, &mut bob] {
        socket.sends_text("subscribe").await;
        socket.sends_text("ready").await;
        assert_eq!(socket.next_text().await, "1 ready");
    }
    ann.sends_text("publish hello").await;
    assert_eq!(ann.next_text().await, "Ann: hello");
    assert_eq!(bob.next_text().await, "Ann: hello");
    ann.sends_text("publish-to-others psst").await;
    ann.sends_text("publish over").await;
    assert_eq!(ann.next_text().await, "Ann: over");
    assert_eq!(bob.next_text().await, "Ann: psst");
    assert_eq!(bob.next_text().await, "Ann: over");

    bob.sends_text("leave").await;
    bob.sends_text("gone").await;
    assert_eq!(bob.next_text().await, "2 gone");
    ann.sends_text("publish bye").await;
    assert_eq!(ann.next_text().await, "Ann: bye");
    bob.sends_text("marker").await;
    assert_eq!(bob.next_text().await, "3 marker");
}

#[tokio::test]
async fn replies_are_flushed_while_more_requests_wait() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    ann.sends_all(["much", "wait", "over"].map(Message::text)).await;
    assert_eq!(soon("the first answer", ann.next_text()).await.len(), LARGE_REPLY_BYTES);
    harness.gate.add_permits(1);
    assert_eq!(ann.next_text().await, "1 over");
}

#[tokio::test]
async fn endpoints_are_isolated_from_each_other() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    let mut bob = harness.connects("/keen", "Bob").await;
    for socket in [&mut ann, &mut bob] {
        socket.sends_text("subscribe").await;
    }
    bob.sends_text("publish mine").await;
    loop {
        match bob.next().await {
            Message::Ping(_) => {}
            other => break assert_eq!(other, Message::text("Bob: mine")),
        }
    }
    ann.sends_text("marker").await;
    assert_eq!(ann.next_text().await, "1 marker");
}

#[tokio::test]
async fn on_close_gets_the_state_and_the_reason() {
    let mut harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    ann.sends_text("hello").await;
    ann.next_text().await;
    ann.leaves().await;
    assert_eq!(harness.next_closed().await, ("Ann".into(), 1, CloseReason::Peer(None)));

    drop(harness.connects("/calm", "Bob").await);
    assert_eq!(harness.next_closed().await, ("Bob".into(), 0, CloseReason::Disconnected));

    let mut eve = harness.connects("/calm", "Eve").await;
    harness.drain.cancel();
    eve.is_closed(CloseCode::Drain).await;
    assert_eq!(harness.next_closed().await, ("Eve".into(), 0, CloseReason::Server(CloseCode::Drain)));
    assert_eq!(harness.handshake("/calm", "Late").await.rejection_status().await, 503);
}

#[tokio::test]
async fn a_panicking_handler_closes_only_its_own_connection() {
    let harness = Harness::opens().await;
    let mut ann = harness.connects("/calm", "Ann").await;
    let mut bob = harness.connects("/calm", "Bob").await;
    bob.sends_text("crash").await;
    bob.is_disconnected().await;
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
}

#[tokio::test]
async fn a_peer_without_pongs_is_closed_and_without_keep_alive_nobody_is() {
    let mut harness = Harness::opens().await;
    let mut calm = harness.connects("/calm", "Calm").await;
    // The client library answers pings while it reads, so this client does not read before it is closed.
    let mut keen = harness.connects("/keen", "Keen").await;
    assert_eq!(harness.next_closed().await, ("Keen".into(), 0, CloseReason::Server(CloseCode::NoPong)));
    let mut pings = 0_u64;
    let mut received = keen.next().await;
    while let Message::Ping(n) = received {
        pings += 1;
        assert_eq!(n, pings.to_be_bytes().to_vec());
        received = keen.next().await;
    }
    let Message::Close(Some(frame)) = received else { panic!("{received:?} is no close frame") };
    assert_eq!((u16::from(frame.code), pings > 0), (CloseCode::NoPong.number(), true));

    calm.sends_text("marker").await;
    assert_eq!(calm.next_text().await, "1 marker", "no ping came before it");
}
