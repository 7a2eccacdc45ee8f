//! Mentions.

use super::*;
use app::{
    model::completion::{apply_suggestion, suggest},
    protocol::UserId,
};

const TABLE: &str = include_str!("../../../cases/mentions.tsv");

#[tokio::test]
async fn an_edit_adds_and_removes_mentions() {
    let server = start(SHORT_HEADS_INTERVAL).await;
    let mut bob = server.joins("Bob", "lobby").await;
    bob.publishes("hello").await;
    let (browser, mut ann) = server.connects_with_browser("Ann Smith").await;
    ann.follows("lobby", Follow::Muted).await;
    let event = bob.publishes("hi @ann smith, `@Ann Smith`").await;
    let EventKind::Message { mentions, html: Some(html), .. } = event.kind else { panic!("{event:?}") };
    assert_eq!(mentions, [ann.user]);
    assert_eq!(html.matches("data-user").count(), 1, "{html}");
    let mut seen = Vec::new();
    while seen.last() != Some(&1) {
        if let app::protocol::ServerFrame::Membership { membership, .. } = ann.next().await {
            seen.push(membership.mentions);
        }
    }
    bob.edits(2, 2, "hi @nobody").await;
    while seen.last() != Some(&0) {
        if let app::protocol::ServerFrame::Membership { membership, .. } = ann.next().await {
            seen.push(membership.mentions);
        }
    }
    assert_eq!(seen, [1, 0]);
    assert_eq!(numbers(&followed(&browser).await[0]), (3, 1, 1, 0));
}

#[tokio::test]
async fn a_mention_means_people_with_the_current_name_and_never_the_author() {
    let server = start("--heads-ms 3600000").await;
    let (_, mut ann) = server.connects_with_browser("Ann").await;
    let (_, mut other) = server.connects_with_browser("Ann Lee").await;
    publishes_in(&mut ann, "lobby", "hello").await;
    ann.receives_membership().await;
    publishes_in(&mut other, "lobby", "hello").await;
    other.receives_membership().await;
    let mut bob = server.joins("Bob", "lobby").await;
    let whom = async |bob: &mut Member, body: &str| match bob.publishes(body).await.kind {
        EventKind::Message { mentions, .. } => mentions,
        other => panic!("{other:?} is no message"),
    };
    assert_eq!(whom(&mut bob, "@Ann Lee!").await, [other.user], "the longest name wins");
    assert_eq!(whom(&mut bob, "@ANN!").await, [ann.user]);
    assert_eq!(
        whom(&mut bob, &format!("{}@Ann", "*so* ".repeat(1_000))).await,
        [ann.user],
        "also in a long one"
    );
    assert_eq!(whom(&mut bob, "mail ann@example.org").await, []);
    assert_eq!(whom(&mut bob, "`@Ann`\n\n```\n@Ann Lee\n```").await, []);
    other.receives_membership().await;
    ann.receives_membership().await;
    let reference = other.next_reference();
    let name = app::protocol::Name::parse("Zoë").unwrap();
    other.sends(&app::protocol::ClientFrame::Rename { reference, name }).await;
    assert!(matches!(other.next().await, app::protocol::ServerFrame::Renamed { .. }));
    assert_eq!(
        whom(&mut bob, "@zoë and @Ann Lee").await.len(),
        2,
        "Zoë, and the Ann whose name the other begins with"
    );
    ann.receives_membership().await;
    // Memberships may precede the ack, one for each mention or one for several.
    ann.sends_publish("lobby", DraftId::fresh(), "I am @Ann").await;
    let own = bob.receives_event().await;
    let EventKind::Message { mentions, .. } = own.kind else { panic!("{own:?}") };
    assert_eq!(mentions, []);
}

#[tokio::test]
async fn a_message_mentions_at_most_twenty_people() {
    let server = start("--heads-ms 3600000").await;
    for _ in 0..21 {
        let (browser, mut twin) = server.connects_with_browser("Ann").await;
        publishes_in(&mut twin, "lobby", "hello").await;
        twin.receives_membership().await;
        drop(browser);
    }
    let mut bob = server.joins("Bob", "lobby").await;
    let EventKind::Message { mentions, .. } = bob.publishes("@Ann").await.kind else { panic!() };
    assert_eq!(mentions.len(), 20);
}

#[tokio::test]
async fn each_text_of_the_table_mentions_exactly_that_person() {
    let server = start("--heads-ms 3600000").await;
    let mut bob = bob(&server).await;
    for (index, row) in TABLE.lines().skip(1).enumerate() {
        let topic = format!("mentions-{index}");
        let Case { name, other, text } = parse_case(row);
        if let Some(other) = other {
            becomes_member(&server, other, &topic).await;
        }
        let person = becomes_member(&server, name, &topic).await;
        bob.subscribes(&topic).await;
        let event = bob.publishes(&with_completion(name, text)).await;
        let EventKind::Message { mentions, .. } = event.kind else { panic!("{event:?}") };
        assert_eq!(mentions, [person], "{row}");
    }
}

/// A row of the table: the person whom a text mentions, and another member of the topic.
struct Case {
    name: &'static str,
    other: Option<&'static str>,
    text: &'static str,
}

/// Parses a row: `'name' in 'text'`, or `"text" with another member "name"` and the mentioned name in the next column.
fn parse_case(row: &'static str) -> Case {
    let unquoted = |text: &'static str| &text[1..text.len() - 1];
    let mut columns = row.split('\t');
    let (case, right) = (columns.next().unwrap(), columns.next().unwrap());
    if let Some((text, other)) = case.split_once(" with another member ") {
        let name = right.trim_matches(['[', ']', '"']);
        return Case { name, other: Some(unquoted(other)), text: unquoted(text) };
    }
    assert_eq!(right, "exactly that person");
    let (name, text) = case.split_once(" in ").unwrap();
    Case { name: unquoted(name), other: None, text: unquoted(text) }
}

/// Makes a person a member of a topic, by a message under this name. Returns their id.
async fn becomes_member(server: &TestServer, name: &str, topic: &str) -> UserId {
    let (_, mut member) = server.connects_with_browser(name).await;
    publishes_in(&mut member, topic, "hello").await;
    member.receives_membership().await;
    member.user
}

/// Types the text of a row by completion if the name is followed by a space, as completion leaves one.
fn with_completion(name: &str, text: &str) -> String {
    let after = text.strip_prefix('@').and_then(|text| text.strip_prefix(name));
    let Some(after) = after.filter(|after| after.starts_with(' ')) else { return text.to_owned() };
    let suggestions = suggest("@", [name]);
    let (completed, _) = apply_suggestion("@", after, suggestions.from, &suggestions.items[0]);
    assert_eq!(completed, text);
    completed
}
