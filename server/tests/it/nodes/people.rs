//! A person's changes on one node reach their connections on the other: memberships, read marks, names, and the end of a
//! session.

use app::protocol::{ClientFrame, CloseCode, DraftId, Follow, Membership, Name, ServerFrame};
use futures::future::join_all;

use super::*;
use crate::support::Browser;

/// A person with a connection to each node.
struct Ann {
    browser: Browser,
    at_a: Member,
    at_b: Member,
}

async fn ann_connects(nodes: &Nodes) -> Ann {
    let (browser, at_a) = nodes.a.connects_with_browser("Ann").await;
    let browser = browser.moves_to(nodes.b.address);
    let at_b = browser.connects(None).await;
    assert_eq!((at_a.user, at_b.name.as_str()), (at_b.user, "Ann"));
    Ann { browser, at_a, at_b }
}

/// Receives memberships until one is as expected.
async fn receives_until(member: &mut Member, what: &str, is_expected: impl Fn(&Membership) -> bool) {
    loop {
        match member.next().await {
            ServerFrame::Membership { membership, .. } if is_expected(&membership) => return,
            ServerFrame::Membership { .. } => {}
            other => panic!("{other:?} comes before {what}"),
        }
    }
}

#[tokio::test]
async fn follows_and_read_marks_reach_the_other_node_by_hints() {
    for settings in only_hints() {
        share_memberships(&settings).await;
    }
}

#[tokio::test]
async fn follows_and_read_marks_reach_the_other_node_by_polling() {
    share_memberships(ONLY_POLL).await;
}

async fn share_memberships(settings: &str) {
    let Some(nodes) = start_nodes(settings, settings).await else { return };
    if settings == ONLY_HINTS {
        listeners_are(&nodes.connects_to_database().await, 2).await;
    }
    let mut zoe = nodes.a.connects("Zoe").await;
    zoe.publishes_draft("tea", DraftId::fresh(), "one").await;
    let Ann { mut at_a, mut at_b, .. } = ann_connects(&nodes).await;
    at_a.follows("tea", Follow::Following).await;
    receives_until(&mut at_b, "the follow", |tea| tea.follow == Follow::Following && tea.read == 1).await;
    zoe.publishes_many_for_acks("tea", (2..=4).map(|n| n.to_string())).await;
    at_a.marks_read("tea", 3).await;
    receives_until(&mut at_b, "the mark", |tea| (tea.read, tea.unread()) == (3, 1)).await;
    at_b.follows("tea", Follow::Muted).await;
    receives_until(&mut at_a, "the mute", |tea| tea.follow == Follow::Muted && tea.read == 3).await;
    at_a.sends_favourite("tea", true).await;
    receives_until(&mut at_b, "the favourite", |tea| tea.favourite).await;
    // The follow stores its read mark, so none is on its way.
    zoe.publishes_many_for_acks("milk", (1..=3).map(|n| n.to_string())).await;
    at_a.sends_follow("milk", Follow::Following).await;
    let is_read = |milk: &Membership| milk.topic.as_str() == "milk" && milk.read == 3;
    receives_until(&mut at_a, "the answer", is_read).await;
    receives_until(&mut at_b, "the other follow", is_read).await;
    at_a.marks_unread("milk", 1).await;
    let is_unread = |milk: &Membership| (milk.read, milk.unread(), milk.rewinds) == (1, 2, Some(1));
    receives_until(&mut at_b, "the mark that was moved back", is_unread).await;
}

/// The mark is on its way to the store, and a hint with a lower one comes.
#[tokio::test]
async fn an_old_hint_moves_no_read_mark_back() {
    let Some(nodes) = start_nodes(ONLY_HINTS, ONLY_HINTS).await else { return };
    let database = nodes.connects_to_database().await;
    listeners_are(&database, 2).await;
    let mut zoe = nodes.a.connects("Zoe").await;
    zoe.publishes_draft("tea", DraftId::fresh(), "one").await;
    let Ann { at_a: _at_a, mut at_b, .. } = ann_connects(&nodes).await;
    at_b.follows("tea", Follow::Following).await;
    zoe.publishes_many_for_acks("tea", (2..=4).map(|n| n.to_string())).await;
    at_b.marks_read("tea", 4).await;
    assert_eq!(at_b.receives_membership().await.read, 4);
    let user = at_b.user.0;
    for seq in [2, 3] {
        let old =
            format!(r#"{{"from":"x","signals":[{{"read":{{"user":"{user}","topic":"tea","seq":{seq}}}}}]}}"#);
        executes(&database, &format!("NOTIFY chorus, '{old}'")).await;
        assert_eq!(at_b.receives_membership().await.read, 4);
    }
}

#[tokio::test]
async fn a_new_name_is_used_on_the_other_node() {
    for settings in each_way() {
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        if settings == ONLY_HINTS {
            listeners_are(&nodes.connects_to_database().await, 2).await;
        }
        let mut ann = ann_connects(&nodes).await;
        let mut bob = nodes.a.joins("Bob", "lobby").await;
        ann.at_b.subscribes("lobby").await;
        ann.at_b.publishes_draft("lobby", DraftId::fresh(), "as Ann").await;
        assert_eq!(bob.receives("as Ann").await.author.name.as_str(), "Ann");
        let reference = ann.at_a.next_reference();
        let name = Name::parse("Anne").unwrap();
        ann.at_a.sends(&ClientFrame::Rename { reference, name: name.clone() }).await;
        while !matches!(ann.at_a.next().await, ServerFrame::Renamed { .. }) {}
        let is_renamed = async || {
            let people = nodes.b.browser().gets("/api/v1/topics/lobby/members").await.json();
            people["people"].as_array().unwrap().iter().any(|person| person["name"] == "Anne")
        };
        soon("the name in presence", async { while !is_renamed().await {} }).await;
        assert_eq!(ann.browser.gets("/api/v1/session").await.json()["name"], "Anne");
        ann.at_b.sends_publish("lobby", DraftId::fresh(), "as Anne").await;
        assert_eq!(bob.receives("as Anne").await.author.name, name);
    }
}

#[tokio::test]
async fn the_end_of_a_session_closes_its_connections_on_all_nodes() {
    for settings in each_way() {
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        if settings == ONLY_HINTS {
            listeners_are(&nodes.connects_to_database().await, 2).await;
        }
        let Ann { browser, mut at_a, mut at_b } = ann_connects(&nodes).await;
        let mut bob = nodes.b.joins("Bob", "lobby").await;
        let mut script = browser.handshake().connects().await;
        script.next_text().await;
        let mut stream = browser.streams_events("/api/v1/topics/lobby/events", &[]).await;
        stream.next().await.expect("its position");
        nodes.a.ends_session(&browser.cookie()).await;
        at_a.is_closed(CloseCode::AuthRefresh).await;
        at_b.is_closed(CloseCode::AuthRefresh).await;
        script.is_closed(CloseCode::AuthRefresh).await;
        assert_eq!(stream.next().await, None);
        assert_eq!(browser.gets("/api/v1/session").await.status, 401);
        bob.publishes("others stay").await;
    }
}

/// Starts two nodes that learn of changed rights by a signal alone, or by the poll alone. The browser is an owner's, at the first node.
async fn start_with_owner(settings: &str) -> Option<(Nodes, Browser)> {
    let rights_poll = if settings == ONLY_POLL { 20 } else { 3_600_000 };
    let settings = format!("{settings} --rights-poll-ms {rights_poll}");
    let nodes = start_nodes(&settings, &settings).await?;
    if settings.starts_with(ONLY_HINTS) && !settings.contains("nats") {
        listeners_are(&nodes.connects_to_database().await, 2).await;
    }
    let owner = nodes.a.browser();
    let code = nodes.a.owner_code().await;
    assert_eq!(owner.posts("/own", &[("code", code.as_str())]).await.status, 303);
    Some((nodes, owner))
}

#[tokio::test]
async fn a_ban_closes_the_connections_of_its_person_on_all_nodes() {
    for settings in each_way() {
        let Some((nodes, owner)) = start_with_owner(&settings).await else { return };
        let Ann { browser, mut at_a, mut at_b } = ann_connects(&nodes).await;
        let mut bob = nodes.b.joins("Bob", "lobby").await;
        let mut stream = browser.streams_events("/api/v1/topics/lobby/events", &[]).await;
        stream.next().await.expect("its position");
        let path = format!("/api/v1/people/{}", at_a.user);
        let ban = r#"{"role":"guest","banned_until":253402300799999}"#;
        assert_eq!(owner.calls("PUT", &path, &[], ban).await.status, 200);
        at_a.is_closed(CloseCode::Banned).await;
        at_b.is_closed(CloseCode::Banned).await;
        while stream.next().await.is_some() {}
        assert_eq!(browser.gets("/api/v1/topics/lobby/events").await.status, 403);
        bob.publishes("others stay").await;
    }
}

#[tokio::test]
async fn a_stricter_policy_ends_what_is_open_on_all_nodes() {
    for settings in each_way() {
        let Some((nodes, owner)) = start_with_owner(&settings).await else { return };
        let mut here = nodes.a.joins("Ann", "lobby").await;
        let mut there = nodes.b.joins("Bob", "lobby").await;
        let stranger = nodes.b.browser();
        let mut stream = stranger.streams_events("/api/v1/topics/lobby/events", &[]).await;
        stream.next().await.expect("its position");
        let policy = r#"{"readers":"members","writers":"everyone","makers":"everyone"}"#;
        assert_eq!(owner.calls("PUT", "/api/v1/policy", &[], policy).await.status, 200);
        for member in [&mut here, &mut there] {
            assert_eq!(member.frames_until_closed().await.1, CloseCode::AuthRefresh.number());
        }
        while stream.next().await.is_some() {}
        for node in [&nodes.a, &nodes.b] {
            assert_eq!(node.browser().gets("/api/v1/topics/lobby/messages").await.status, 403);
        }
    }
}

/// Sessions that expire are deleted by one node; the other one notices.
#[tokio::test]
async fn connections_whose_session_is_gone_are_closed_by_the_poll() {
    let Some(nodes) = start_nodes(ONLY_POLL, ONLY_POLL).await else { return };
    let database = nodes.connects_to_database().await;
    let Ann { mut at_a, mut at_b, .. } = ann_connects(&nodes).await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    executes(&database, "DELETE FROM session").await;
    join_all([at_a.is_closed(CloseCode::AuthRefresh), at_b.is_closed(CloseCode::AuthRefresh)]).await;
    bob.publishes("without a session").await;
}
