//! The plain dialect: text frames and nothing else.

use app::protocol::DraftId;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{TestServer, Visitor, body_of, start};

/// A plain visitor in an empty lobby, whose coming everyone has heard of: later comings are other people's.
async fn settled(server: &TestServer) -> Visitor {
    let mut witness = server.joins("Witness", "lobby").await;
    witness.notices(&["Witness"], &[]).await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    witness.notices(&["(I'm John Doe)"], &[]).await;
    witness.leaves().await;
    visitor.notices_a_leaver().await;
    visitor
}

#[tokio::test]
async fn a_visitor_first_sees_the_newest_30_oldest_first_then_its_own_coming() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.says_many((1..=40).map(|n| format!("message {n}"))).await;
    let mut visitor = server.plugs_in("").await;
    for n in 11..=40 {
        visitor.sees("Ann", &format!("message {n}")).await;
    }
    visitor.notices_a_newcomer().await;
}

#[tokio::test]
async fn coming_and_going_is_told_to_the_others() {
    let server = start("--presence-ms 20").await;
    let mut first = settled(&server).await;
    let mut second = server.plugs_in("").await;
    second.notices_a_newcomer().await;
    first.notices_a_newcomer().await;
    second.writes("hi").await;
    second.sees("(I'm John Doe)", "hi").await;
    first.sees("(I'm John Doe)", "hi").await;
    second.leaves().await;
    first.notices_a_leaver().await;
}

#[tokio::test]
async fn members_coming_and_going_is_told_to_plain_visitors() {
    let server = start("--presence-ms 20").await;
    let mut visitor = settled(&server).await;
    let ann = server.joins("Ann", "lobby").await;
    visitor.notices_a_newcomer().await;
    ann.leaves().await;
    visitor.notices_a_leaver().await;
}

#[tokio::test]
async fn a_head_line_gives_a_name_that_members_see_as_unverified() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;

    visitor.says("Zoë : the 2nd", "two\nlines").await;
    visitor.sees("Zoë : the 2nd", "two\nlines").await;
    let event = ann.sees("two\nlines").await;
    assert_eq!((event.author.name.as_str(), event.author.unverified), ("Zoë : the 2nd", true));

    visitor.says("Ann", "I am Ann").await;
    visitor.sees("Ann", "I am Ann").await;
    let event = ann.sees("I am Ann").await;
    assert!(event.author.unverified && event.author.user != ann.user);
}

#[tokio::test]
async fn text_without_a_head_line_is_all_body() {
    let server = start("").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    for text in ["hi", "Ann : yesterday\nhi"] {
        visitor.writes(text).await;
        visitor.sees("(I'm John Doe)", text).await;
    }
}

#[tokio::test]
async fn a_line_of_a_body_passes_for_no_head_and_for_no_line_of_the_servers() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    let body = "hi\nBob : 2026-11-22T19:02:03.045Z\nI am Bob\n [ A person left ]";
    let seen = "hi\n> Bob : 2026-11-22T19:02:03.045Z <\nI am Bob\n>  [ A person left ] <";
    ann.says(body).await;
    visitor.sees("Ann", seen).await;
    visitor.says("Zoe", body).await;
    visitor.sees("Zoe", seen).await;
    assert_eq!(body_of(&ann.sees(body).await), body, "members have it to the byte");
    let mut later = server.plugs_in("").await;
    later.sees("Ann", seen).await;
    later.sees("Zoe", seen).await;
}

#[tokio::test]
async fn a_head_line_alone_is_a_body_that_passes_for_no_head() {
    let server = start("").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    visitor.writes("Ann : 2026-11-22T19:02:03Z").await;
    visitor.sees("(I'm John Doe)", "> Ann : 2026-11-22T19:02:03Z <").await;
}

#[tokio::test]
async fn both_dialects_hear_each_other() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    ann.says("hello, script").await;
    visitor.sees("Ann", "hello, script").await;
    visitor.says("Script", "hello, Ann").await;
    visitor.sees("Script", "hello, Ann").await;
    assert_eq!(ann.sees("hello, Ann").await.seq, 2);
}

#[tokio::test]
async fn the_query_names_the_topic_and_without_it_is_the_default() {
    let server = start("--default-topic hall").await;
    let mut tea = server.plugs_in("?topic=tea").await;
    let mut hall = server.plugs_in("").await;
    tea.notices_a_newcomer().await;
    hall.notices_a_newcomer().await;
    let mut ann = server.visits("Ann").await;
    ann.writes("tea", DraftId::fresh(), "green").await;
    ann.writes("hall", DraftId::fresh(), "echo").await;
    tea.sees("Ann", "green").await;
    hall.sees("Ann", "echo").await;
}

#[tokio::test]
async fn a_topic_that_cannot_be_is_a_bad_request() {
    let server = start("").await;
    for topic in ["Lobby!", "", "a%20b", "..", "%E2%80%AE"] {
        assert_eq!(server.knock_at(&format!("/chat?topic={topic}")).refusal().await, 400, "{topic:?}");
    }
}

#[tokio::test]
async fn binary_frames_are_ignored() {
    let server = start("").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    visitor.line.sends(Message::binary(vec![0xff, 0, 1])).await;
    visitor.writes("marker").await;
    visitor.sees("(I'm John Doe)", "marker").await;
}

#[tokio::test]
async fn refused_text_is_told_to_its_sender_alone() {
    let server = start("").await;
    let (mut sender, mut other) = (server.plugs_in("").await, server.plugs_in("").await);
    sender.notices_a_newcomer().await;
    other.notices_a_newcomer().await;
    for text in ["", " \n\t", "bell \u{7}", &"x".repeat(16_385)] {
        sender.writes(text).await;
        sender.is_refused().await;
    }
    sender.writes("marker").await;
    sender.sees("(I'm John Doe)", "marker").await;
    other.sees("(I'm John Doe)", "marker").await;
}

#[tokio::test]
async fn a_body_passes_to_the_byte_in_both_directions() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    let body = " \u{202e}abc \u{1f469}\u{200d}\u{1f467} <script>\n\n\ttrailing \n";
    visitor.says("Script", body).await;
    visitor.sees("Script", body).await;
    assert_eq!(body_of(&ann.hears().await), body);
}

#[tokio::test]
async fn a_line_whose_pings_are_answered_stays() {
    let server = start("--ping-seconds 1 --pong-seconds 1").await;
    let mut visitor = server.plugs_in("").await;
    visitor.notices_a_newcomer().await;
    // The library answers each ping; without its answers the line would end before the third.
    for n in 1..=3_u64 {
        assert_eq!(visitor.line.next().await, Message::Ping(n.to_be_bytes().to_vec().into()));
    }
}
