//! Shutdown, and a restart on the same database.

use app::protocol::{ClientFrame, CloseCode, DraftId, Epoch, ServerFrame, SubscriptionMode};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{
    Member, TestServer,
    acked::{Acked, assert_contains_acked, receives_whole_log},
    bodies_of, encode, start,
};

#[tokio::test]
async fn members_are_asked_to_reconnect_and_the_server_stops_in_time() {
    let server = start("--shutdown-seconds 7").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    let mut silent = server.handshake().with_v1().connects().await;
    let all_end = async {
        assert_eq!(ann.next().await, ServerFrame::Drain { within_ms: 7_000 });
        ann.is_closed(CloseCode::Drain).await;
        visitor.socket.is_closed(CloseCode::Drain).await;
        silent.is_closed(CloseCode::Drain).await;
    };
    let (ended, ()) = tokio::join!(server.stops(), all_end);
    assert!(ended.in_time);
}

#[tokio::test]
async fn history_and_identities_survive_a_restart() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let epoch = ann.subscribes("lobby").await.epoch;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let mut bob = browser.connects(Some("Bob")).await;
    let draft = DraftId::fresh();
    let user = bob.user;
    let cookie = browser.cookie();
    assert_eq!(bob.publishes_draft("lobby", draft, "before").await, (1, false));
    drop((ann, bob));

    let server = server.stops().await.restarts().await;
    let handshake = server.handshake().with("cookie", &cookie).with_v1();
    let mut bob = Member::hello_as(handshake.connects().await, None).await;
    assert_eq!((bob.user, bob.name.as_str()), (user, "Bob"));
    assert_eq!(bob.publishes_draft("lobby", draft, "before").await, (1, true));
    let seen = bob.resumes("lobby", &epoch, 0).await;
    assert_eq!((seen.mode, bodies_of(&seen.events)), (SubscriptionMode::Resume, vec!["before"]));
    assert_eq!(bob.publishes("after").await.seq, 2);
}

/// Publishes all drafts without waiting until the server closes. Returns the acknowledged drafts with their `seq`s.
async fn publishes_until_closed(member: &mut Member, drafts: &[DraftId]) -> Acked {
    let frames: Vec<_> = drafts
        .iter()
        .map(|draft| member.publish_frame(1, "lobby", *draft, &draft.to_string()))
        .map(|frame| Message::text(encode(&frame)))
        .collect();
    member.socket.sends_all(frames).await;
    let (frames, _) = member.frames_until_closed().await;
    let acks = frames.into_iter().filter_map(|frame| match frame {
        ServerFrame::Ack { draft, seq, .. } => Some((draft, seq)),
        _ => None,
    });
    acks.collect()
}

/// Stops a server while a member publishes, and restarts it. Returns the acknowledged drafts too.
async fn stops_under_load(drafts: &[DraftId]) -> (TestServer, Member, Epoch, Acked) {
    let server = start("").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let mut ann = browser.connects(Some("Ann")).await;
    let mut witness = server.connects("Eve").await;
    let epoch = witness.subscribes("lobby").await.epoch;
    let (ended, acked) = tokio::join!(
        async {
            witness.receives_event().await;
            server.stops().await
        },
        publishes_until_closed(&mut ann, drafts)
    );
    assert!(ended.in_time);
    let server = ended.restarts().await;
    let handshake = server.handshake().with("cookie", &browser.cookie()).with_v1();
    (server, Member::hello_as(handshake.connects().await, None).await, epoch, acked)
}

#[tokio::test]
async fn acknowledged_messages_survive_and_others_can_be_retried_once() {
    let drafts: Vec<_> = (0..1_000).map(|_| DraftId::fresh()).collect();
    let (_server, mut ann, epoch, acked) = stops_under_load(&drafts).await;
    let log = receives_whole_log(&mut ann, &epoch).await;
    let seqs = assert_contains_acked(&log, &acked);
    assert!(!acked.is_empty(), "somebody had talked");

    // A client that does not know which messages arrived retries all of them; each is stored once.
    ann.sends(&ClientFrame::Unsubscribe { reference: 1, topic: "lobby".parse().unwrap() }).await;
    assert!(matches!(ann.next().await, ServerFrame::Unsubscribed { .. }));
    for draft in &drafts {
        let (seq, duplicate) = ann.publishes_draft("lobby", *draft, &draft.to_string()).await;
        assert_eq!(seqs.get(draft).copied(), duplicate.then_some(seq));
    }
}

#[tokio::test]
async fn connections_after_the_shutdown_are_refused() {
    let server = start("").await;
    let address = server.address;
    server.joins("Ann", "lobby").await.leaves().await;
    assert!(server.stops().await.in_time);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_stalled_reader_does_not_delay_the_shutdown() {
    let server = start("").await;
    let short = server.handshake().with_receive_buffer(4_096).with_v1();
    let mut stopped = Member::hello(short.connects().await, "Stopped").await;
    stopped.subscribes("lobby").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((0..2_000).map(|_| "x".repeat(6_000))).await;
    drop(ann);
    assert!(server.stops().await.in_time);
}
