//! A second endpoint is one file and one route: `parrot` is one.

mod aviary;
mod parrot;

use app::protocol::CloseCode;
use server::endpoint::Close;
use tokio_tungstenite::tungstenite::Message;

use self::{aviary::Aviary, parrot::MUCH};
use crate::support::{Knock, soon};

#[tokio::test]
async fn each_connection_has_a_state_of_its_own() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (aviary.enters("/calm", "Ann").await, aviary.enters("/calm", "Bob").await);
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
    ann.sends_text("again").await;
    assert_eq!(ann.next_text().await, "2 again");
    bob.sends_text("hello").await;
    assert_eq!(bob.next_text().await, "1 hello");
}

#[tokio::test]
async fn what_the_session_holds_decides_before_the_upgrade() {
    let aviary = Aviary::opens().await;
    assert_eq!(Knock::new(aviary.address, "/calm").refusal().await, 401);
    assert_eq!(aviary.knock("/calm", "Mallory").await.refusal().await, 418);
    aviary.enters("/calm", "Ann").await;
}

#[tokio::test]
async fn bytes_go_to_the_binary_handler() {
    let aviary = Aviary::opens().await;
    let mut ann = aviary.enters("/calm", "Ann").await;
    ann.sends(Message::binary(vec![1, 2, 255])).await;
    assert_eq!(ann.next().await, Message::binary(vec![255, 2, 1]));
}

#[tokio::test]
async fn publishing_reaches_whoever_hears_with_and_without_own_echo() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (aviary.enters("/calm", "Ann").await, aviary.enters("/calm", "Bob").await);
    for line in [&mut ann, &mut bob] {
        line.sends_text("hear").await;
        line.sends_text("ready").await;
        assert_eq!(line.next_text().await, "1 ready");
    }
    ann.sends_text("tell hello").await;
    assert_eq!(ann.next_text().await, "Ann: hello");
    assert_eq!(bob.next_text().await, "Ann: hello");
    ann.sends_text("tell-others psst").await;
    ann.sends_text("tell over").await;
    assert_eq!(ann.next_text().await, "Ann: over");
    assert_eq!(bob.next_text().await, "Ann: psst");
    assert_eq!(bob.next_text().await, "Ann: over");

    bob.sends_text("leave").await;
    bob.sends_text("gone").await;
    assert_eq!(bob.next_text().await, "2 gone");
    ann.sends_text("tell bye").await;
    assert_eq!(ann.next_text().await, "Ann: bye");
    bob.sends_text("marker").await;
    assert_eq!(bob.next_text().await, "3 marker");
}

#[tokio::test]
async fn answers_are_written_as_they_gather_though_more_was_asked_at_once() {
    let aviary = Aviary::opens().await;
    let mut ann = aviary.enters("/calm", "Ann").await;
    ann.sends_all(["much", "wait", "over"].map(Message::text)).await;
    assert_eq!(soon("the first answer", ann.next_text()).await.len(), MUCH);
    aviary.gate.add_permits(1);
    assert_eq!(ann.next_text().await, "1 over");
}

#[tokio::test]
async fn endpoints_do_not_hear_each_other() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (aviary.enters("/calm", "Ann").await, aviary.enters("/keen", "Bob").await);
    for line in [&mut ann, &mut bob] {
        line.sends_text("hear").await;
    }
    bob.sends_text("tell mine").await;
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
async fn the_end_of_a_connection_is_told_with_its_state_and_reason() {
    let mut aviary = Aviary::opens().await;
    let mut ann = aviary.enters("/calm", "Ann").await;
    ann.sends_text("hello").await;
    ann.next_text().await;
    ann.leaves().await;
    assert_eq!(aviary.next_closed().await, ("Ann".into(), 1, Close::Peer(None)));

    drop(aviary.enters("/calm", "Bob").await);
    assert_eq!(aviary.next_closed().await, ("Bob".into(), 0, Close::Gone));

    let mut eve = aviary.enters("/calm", "Eve").await;
    aviary.drain.cancel();
    eve.is_closed(CloseCode::Drain).await;
    assert_eq!(aviary.next_closed().await, ("Eve".into(), 0, Close::Us(CloseCode::Drain)));
    assert_eq!(aviary.knock("/calm", "Late").await.refusal().await, 503);
}

#[tokio::test]
async fn a_handler_that_panics_takes_its_own_connection_and_no_other() {
    let aviary = Aviary::opens().await;
    let (mut ann, mut bob) = (aviary.enters("/calm", "Ann").await, aviary.enters("/calm", "Bob").await);
    bob.sends_text("crash").await;
    bob.is_cut().await;
    ann.sends_text("hello").await;
    assert_eq!(ann.next_text().await, "1 hello");
}

#[tokio::test]
async fn a_peer_that_answers_no_ping_is_given_up_and_without_pings_nobody_is() {
    let mut aviary = Aviary::opens().await;
    let mut calm = aviary.enters("/calm", "Calm").await;
    // Reading is what answers pings, so this one does not read before it is given up.
    let mut keen = aviary.enters("/keen", "Keen").await;
    assert_eq!(aviary.next_closed().await, ("Keen".into(), 0, Close::Us(CloseCode::NoPong)));
    let (mut pings, mut heard) = (0_u64, keen.next().await);
    while let Message::Ping(n) = heard {
        pings += 1;
        assert_eq!(n, pings.to_be_bytes().to_vec());
        heard = keen.next().await;
    }
    let Message::Close(Some(frame)) = heard else { panic!("{heard:?} is no close frame") };
    assert_eq!((u16::from(frame.code), pings > 0), (CloseCode::NoPong.number(), true));

    calm.sends_text("marker").await;
    assert_eq!(calm.next_text().await, "1 marker", "no ping came before it");
}
