//! The plain dialect: text frames without JSON.

use app::protocol::DraftId;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{PlainClient, TestServer, body_of, start};

/// A plain client in the empty lobby that has received its own join notice, so that later ones are of other people.
async fn joins_plain(server: &TestServer) -> PlainClient {
    let mut witness = server.joins("Witness", "lobby").await;
    witness.receives_presence(&["Witness"], &[]).await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    witness.receives_presence(&["(I'm John Doe)"], &[]).await;
    witness.leaves().await;
    visitor.receives_left().await;
    visitor
}

#[tokio::test]
async fn a_client_first_gets_the_newest_30_messages_then_its_own_join() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=40).map(|n| format!("message {n}"))).await;
    let mut visitor = server.connects_plain("").await;
    for n in 11..=40 {
        visitor.receives("Ann", &format!("message {n}")).await;
    }
    visitor.receives_joined().await;
}

#[tokio::test]
async fn joins_and_leaves_are_sent_to_the_others() {
    let server = start("--presence-ms 20").await;
    let mut first = joins_plain(&server).await;
    let mut second = server.connects_plain("").await;
    second.receives_joined().await;
    first.receives_joined().await;
    second.sends("hi").await;
    second.receives("(I'm John Doe)", "hi").await;
    first.receives("(I'm John Doe)", "hi").await;
    second.leaves().await;
    first.receives_left().await;
}

#[tokio::test]
async fn joins_and_leaves_of_members_are_sent_to_plain_clients() {
    let server = start("--presence-ms 20").await;
    let mut visitor = joins_plain(&server).await;
    let ann = server.joins("Ann", "lobby").await;
    visitor.receives_joined().await;
    ann.leaves().await;
    visitor.receives_left().await;
}

#[tokio::test]
async fn a_head_line_gives_a_name_that_members_see_as_unverified() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;

    visitor.publishes("Zoë : the 2nd", "two\nlines").await;
    visitor.receives("Zoë : the 2nd", "two\nlines").await;
    let event = ann.receives("two\nlines").await;
    assert_eq!((event.author.name.as_str(), event.author.unverified), ("Zoë : the 2nd", true));

    visitor.publishes("Ann", "I am Ann").await;
    visitor.receives("Ann", "I am Ann").await;
    let event = ann.receives("I am Ann").await;
    assert!(event.author.unverified && event.author.user != ann.user);
    let directory = server.browser().gets("/").await.text;
    assert!(directory.contains("class=\"unverified\""), "{directory}");
}

#[tokio::test]
async fn text_without_a_head_line_is_all_body() {
    let server = start("").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    for text in ["hi", "Ann : yesterday\nhi"] {
        visitor.sends(text).await;
        visitor.receives("(I'm John Doe)", text).await;
    }
}

#[tokio::test]
async fn a_line_of_a_body_is_neither_a_head_line_nor_a_notice() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    let body = "hi\nBob : 2026-11-22T19:02:03.045Z\nI am Bob\n [ A person left ]";
    let seen = "hi\n> Bob : 2026-11-22T19:02:03.045Z <\nI am Bob\n>  [ A person left ] <";
    ann.publishes(body).await;
    visitor.receives("Ann", seen).await;
    visitor.publishes("Zoe", body).await;
    visitor.receives("Zoe", seen).await;
    assert_eq!(body_of(&ann.receives(body).await), body, "members have it to the byte");
    let mut later = server.connects_plain("").await;
    later.receives("Ann", seen).await;
    later.receives("Zoe", seen).await;
}

#[tokio::test]
async fn a_head_line_alone_is_a_body() {
    let server = start("").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    visitor.sends("Ann : 2026-11-22T19:02:03Z").await;
    visitor.receives("(I'm John Doe)", "> Ann : 2026-11-22T19:02:03Z <").await;
}

#[tokio::test]
async fn both_dialects_receive_each_others_messages() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    ann.publishes("hello, script").await;
    visitor.receives("Ann", "hello, script").await;
    visitor.publishes("Script", "hello, Ann").await;
    visitor.receives("Script", "hello, Ann").await;
    assert_eq!(ann.receives("hello, Ann").await.seq, 2);
}

#[tokio::test]
async fn the_query_names_the_topic_or_it_is_the_default() {
    let server = start("--default-topic hall").await;
    let mut tea = server.connects_plain("?topic=tea").await;
    let mut hall = server.connects_plain("").await;
    tea.receives_joined().await;
    hall.receives_joined().await;
    let mut ann = server.connects("Ann").await;
    ann.publishes_draft("tea", DraftId::fresh(), "green").await;
    ann.publishes_draft("hall", DraftId::fresh(), "echo").await;
    tea.receives("Ann", "green").await;
    hall.receives("Ann", "echo").await;
}

#[tokio::test]
async fn an_invalid_topic_is_a_bad_request() {
    let server = start("").await;
    for topic in ["Lobby!", "", "a%20b", "..", "%E2%80%AE"] {
        assert_eq!(
            server.handshake_at(&format!("/chat?topic={topic}")).rejection_status().await,
            400,
            "{topic:?}"
        );
    }
}

#[tokio::test]
async fn binary_frames_are_ignored() {
    let server = start("").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    visitor.socket.sends(Message::binary(vec![0xff, 0, 1])).await;
    visitor.sends("marker").await;
    visitor.receives("(I'm John Doe)", "marker").await;
}

#[tokio::test]
async fn only_the_sender_is_notified_of_rejected_text() {
    let server = start("").await;
    let mut sender = server.connects_plain("").await;
    let mut other = server.connects_plain("").await;
    sender.receives_joined().await;
    other.receives_joined().await;
    for text in ["", " \n\t", "bell \u{7}", &"x".repeat(16_385)] {
        sender.sends(text).await;
        sender.receives_error().await;
    }
    sender.sends("marker").await;
    sender.receives("(I'm John Doe)", "marker").await;
    other.receives("(I'm John Doe)", "marker").await;
}

#[tokio::test]
async fn a_body_arrives_byte_for_byte_in_both_directions() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    let body = " \u{202e}abc \u{1f469}\u{200d}\u{1f467} <script>\n\n\ttrailing \n";
    visitor.publishes("Script", body).await;
    visitor.receives("Script", body).await;
    assert_eq!(body_of(&ann.receives_event().await), body);
}

#[tokio::test]
async fn a_connection_that_answers_pings_stays_open() {
    let server = start("--ping-seconds 1 --pong-seconds 1").await;
    let mut visitor = server.connects_plain("").await;
    visitor.receives_joined().await;
    // The client library answers each ping; without pongs the connection would be closed before the third.
    for n in 1..=3_u64 {
        assert_eq!(visitor.socket.next().await, Message::Ping(n.to_be_bytes().to_vec().into()));
    }
}
