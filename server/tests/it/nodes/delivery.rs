//! Every kind of event reaches the other node, on every kind of subscription.

use app::protocol::{About, AboutChange, AboutFields, ClientFrame, DraftId, EventKind, Follow, ServerFrame};

use super::*;
use crate::support::{Change, seqs_of};

const EVENTS: &str = "/api/v1/topics/lobby/events";

#[tokio::test]
async fn every_kind_of_event_is_heard_by_hints() {
    for settings in only_hints() {
        receives_every_kind_of_event(&settings).await;
    }
}

#[tokio::test]
async fn every_kind_of_event_is_heard_by_polling() {
    receives_every_kind_of_event(ONLY_POLL).await;
}

async fn receives_every_kind_of_event(settings: &str) {
    let Some(nodes) = start_nodes(settings, settings).await else { return };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    let mut script = nodes.b.connects_plain("").await;
    script.receives_joined().await;
    let mut stream = nodes.b.browser().streams_events(EVENTS, &[]).await;
    stream.next().await.expect("its position");

    let message = ann.publishes("tea").await;
    assert_eq!(bob.receives_event().await, message);
    assert_eq!(stream.receives_event().await, message);
    script.receives("Ann", "tea").await;
    for change in
        [Change::Edit(1, 1, "coffee"), Change::React(1, "👍"), Change::Unreact(1, "👍"), Change::Delete(1, 2)]
    {
        ann.changes(change).await;
        let event = ann.receives_event().await;
        assert_eq!(bob.receives_event().await, event);
        assert_eq!(stream.receives_event().await, event);
    }
    describes(&mut ann, "Tea and coffee").await;
    let described = ann.receives_event().await;
    assert!(matches!(described.kind, EventKind::About { .. }), "{described:?}");
    assert_eq!(bob.receives_event().await, described);
    assert_eq!(stream.receives_event().await, described);
    // And the other way.
    bob.publishes("back").await;
    ann.receives("back").await;
    script.receives("Bob", "back").await;
}

async fn describes(member: &mut Member, title: &str) {
    let reference = member.next_reference();
    let draft = DraftId::fresh();
    let change = AboutChange { about: About::parse(title, "").unwrap(), part: AboutFields::Title };
    member.sends(&ClientFrame::Describe { reference, topic: "lobby".parse().unwrap(), draft, change }).await;
    member.is_acked(reference, draft).await;
}

#[tokio::test]
async fn followers_hear_of_heads_and_mentions_in_topics_that_they_have_not_opened() {
    for settings in each_way() {
        let settings = format!("{settings} --heads-ms 20");
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        let mut bob = nodes.b.connects("Bob").await;
        bob.publishes_draft("tea", DraftId::fresh(), "first").await;
        let (browser, mut ann) = nodes.a.connects_with_browser("Ann").await;
        ann.follows("tea", Follow::Following).await;
        ann.leaves().await;
        let mut ann = browser.connects(None).await;
        assert_eq!(ann.followed.len(), 1, "known from the start");
        bob.publishes_draft("tea", DraftId::fresh(), "hello @Ann").await;
        let mut head = None;
        let mut mentions = None;
        while head.is_none() || mentions.is_none() {
            match ann.next().await {
                ServerFrame::Heads { topics } => head = Some((topics[0].head, topics[0].messages)),
                ServerFrame::Membership { membership, .. } => {
                    mentions = Some((membership.unread(), membership.mentions));
                }
                other => panic!("{other:?} is neither heads nor a membership"),
            }
        }
        assert_eq!((head, mentions), (Some((2, 2)), Some((1, 1))));
    }
}

#[tokio::test]
async fn a_new_title_reaches_followers_and_pages_of_the_other_node() {
    for settings in each_way() {
        let settings = format!("{settings} --heads-ms 20");
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        let mut bob = nodes.b.joins("Bob", "lobby").await;
        bob.publishes("first").await;
        let (_browser, mut ann) = nodes.a.connects_with_browser("Ann").await;
        ann.follows("lobby", Follow::Following).await;
        assert!(nodes.a.browser().gets("/t/lobby").await.text.contains("first"));
        describes(&mut bob, "Tea and coffee").await;
        let title = async {
            loop {
                if let ServerFrame::Heads { topics } = ann.next().await
                    && let Some(title) = &topics[0].title
                {
                    return title.to_string();
                }
            }
        };
        assert_eq!(soon("the new title", title).await, "Tea and coffee");
        for path in ["/", "/t/lobby", "/api/v1/topics"] {
            assert!(nodes.a.browser().gets(path).await.text.contains("Tea and coffee"), "{path}");
        }
    }
}

/// The connections that listen and notify lead past the pooler.
#[tokio::test]
async fn hints_are_heard_behind_a_pooler() {
    let Some(database) = testing::pgbouncer() else { return };
    let a = start_in(database.shared(), ONLY_HINTS).await;
    let b = start_in(database.shared(), ONLY_HINTS).await;
    listeners_are(&sea_orm::Database::connect(database.unpooled_url()).await.unwrap(), 2).await;
    let mut ann = a.joins("Ann", "lobby").await;
    let mut bob = b.joins("Bob", "lobby").await;
    ann.publishes("there").await;
    bob.receives("there").await;
    bob.publishes("and back").await;
    ann.receives("and back").await;
}

#[tokio::test]
async fn events_of_two_nodes_at_once_arrive_on_both_once_and_in_order() {
    for settings in each_way() {
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        let mut listeners = [nodes.a.joins("Ann", "lobby").await, nodes.b.joins("Bob", "lobby").await];
        let mut writers = [nodes.a.connects("Eve").await, nodes.b.connects("Zoe").await];
        let [eve, zoe] = &mut writers;
        let bodies = |name: &'static str| (0..100).map(move |n| format!("{name} {n}"));
        tokio::join!(
            eve.publishes_many_for_acks("lobby", bodies("Eve")),
            zoe.publishes_many_for_acks("lobby", bodies("Zoe"))
        );
        let [ann, bob] = &mut listeners;
        let at_a = receives_events(ann, 200).await;
        assert_eq!(seqs_of(&at_a), (1..=200).collect::<Vec<_>>());
        assert_eq!(receives_events(bob, 200).await, at_a);
        // Nothing comes twice: the next event is the next one.
        ann.publishes("marker").await;
        bob.receives("marker").await;
    }
}

/// Polls read some of the events from the store before the log has its reply.
#[tokio::test]
async fn an_ack_precedes_the_event_that_a_poll_has_read() {
    let settings = "--hints none --poll-ms 1";
    let Some(nodes) = start_nodes(settings, settings).await else { return };
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    ann.publishes("tea").await;
    let change = |n| if n % 2 == 0 { Change::React(1, "👍") } else { Change::Unreact(1, "👍") };
    for n in 0..50 {
        ann.changes_many(&[change(n)]).await;
    }
    ann.changes_many(&(0..600).map(change).collect::<Vec<_>>()).await;
}

/// Many events are missing at once: subscribers read them by themselves.
#[tokio::test]
async fn a_node_that_has_missed_very_much_catches_up() {
    let Some(nodes) = start_nodes(ISOLATED, ONLY_HINTS).await else { return };
    let database = nodes.connects_to_database().await;
    listeners_are(&database, 1).await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    let mut ann = nodes.a.connects("Ann").await;
    ann.publishes_many_for_acks("lobby", (0..1_100).map(|n| n.to_string())).await;
    ends_listening(&database).await;
    let events = receives_events(&mut bob, 1_100).await;
    assert_eq!(seqs_of(&events), (1..=1_100).collect::<Vec<_>>());
}
