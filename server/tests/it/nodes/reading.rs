//! A node reads the events that the others have stored: resuming, retries, search and caches.

use app::protocol::{DraftId, Follow, Position, SubscriptionMode};

use super::*;
use crate::support::{Change, bodies_of};

#[tokio::test]
async fn an_author_resumes_on_the_other_node_and_a_retry_there_is_a_duplicate() {
    let Some(nodes) = start_nodes("", "").await else { return };
    let (browser, mut ann) = nodes.a.connects_with_browser("Ann").await;
    nodes.a.connects("Bob").await.publishes_draft("lobby", DraftId::fresh(), "zero").await;
    // An author follows the topic and is sent the membership at any time, unless they have chosen before.
    ann.follows("lobby", Follow::None).await;
    let subscription = ann.subscribes("lobby").await;
    let draft = DraftId::fresh();
    assert_eq!(ann.publishes_draft("lobby", draft, "one").await, (2, false));
    ann.receives("one").await;
    ann.publishes("two").await;
    ann.leaves().await;

    let mut ann = browser.moves_to(nodes.b.address).connects(None).await;
    let since = Position { epoch: subscription.epoch, seq: 2, draft: Some(draft), at: None };
    let resumed = ann.subscribes_with("lobby", Some(since), 30, true).await;
    assert_eq!((resumed.mode, bodies_of(&resumed.events)), (SubscriptionMode::Resume, vec!["two"]));
    assert_eq!(ann.publishes_draft("lobby", draft, "one").await, (2, true));
    assert_eq!(ann.publishes("three").await.seq, 4);
}

/// Asserts that a server shows a text, or does not, in all that it answers from the database or a cache.
async fn shows(server: &TestServer, text: &str, is_shown: bool) {
    let browser = server.browser();
    for path in ["/t/lobby", "/api/v1/topics/lobby/messages", "/t/lobby/1", "/t/lobby/feed.atom"] {
        let page = browser.gets(path).await;
        assert_eq!((page.status, page.text.contains(text)), (200, is_shown), "{path}");
    }
    let mut eve = server.connects("Eve").await;
    let read = eve.subscribes("lobby").await;
    assert_eq!(format!("{:?}", read.events).contains(text), is_shown);
    let caught_up = eve.resumes("lobby", &read.epoch, 0).await;
    assert_eq!(format!("{:?}", caught_up.events).contains(text), is_shown);
}

/// At once, not after a hint or a poll.
#[tokio::test]
async fn what_one_node_has_deleted_is_on_no_page_and_in_no_search_of_the_other() {
    for settings in only_hints().into_iter().chain(["".to_owned(), ISOLATED.to_owned()]) {
        let Some(nodes) = start_nodes(&settings, &settings).await else { return };
        let mut ann = nodes.a.joins("Ann", "lobby").await;
        let mut bob = nodes.b.connects("Bob").await;
        ann.publishes("secret").await;
        shows(&nodes.b, "secret", true).await;
        assert_eq!(bob.finds("secret").await, 1);
        ann.changes(Change::Delete(1, 1)).await;
        assert_eq!(bob.finds("secret").await, 0);
        shows(&nodes.b, "secret", false).await;
    }
}

#[tokio::test]
async fn servers_with_subscribers_shut_down_in_time() {
    let Some(Nodes { a, b, .. }) = start_nodes("", "").await else { return };
    let _ann = a.joins("Ann", "lobby").await;
    let _bob = b.joins("Bob", "lobby").await;
    assert!(a.stops().await.in_time);
    assert!(b.stops().await.in_time);
}

/// At once, not after a hint or a poll.
#[tokio::test]
async fn what_one_node_has_edited_is_on_all_pages_and_lists_of_the_other() {
    for settings in ["", ISOLATED] {
        let Some(nodes) = start_nodes(settings, settings).await else { return };
        let mut ann = nodes.a.joins("Ann", "lobby").await;
        let mut bob = nodes.b.connects("Bob").await;
        ann.publishes("earlgrey").await;
        shows(&nodes.b, "earlgrey", true).await;
        ann.changes(Change::Edit(1, 1, "darjeeling")).await;
        shows(&nodes.b, "darjeeling", true).await;
        shows(&nodes.b, "earlgrey", false).await;
        assert_eq!((bob.finds("earlgrey").await, bob.finds("darjeeling").await), (0, 1));
    }
}

/// At once, not after a hint or a poll.
#[tokio::test]
async fn the_directory_counts_what_the_other_node_has_stored() {
    for settings in ["", ISOLATED] {
        let Some(nodes) = start_nodes(settings, settings).await else { return };
        let mut ann = nodes.a.connects("Ann").await;
        let browser = nodes.b.browser();
        for count in 1..=3 {
            ann.publishes_draft("lobby", DraftId::fresh(), "hello").await;
            let topics = browser.gets("/api/v1/topics").await.json();
            assert_eq!(
                (&topics["topics"][0]["topic"], &topics["topics"][0]["head"]),
                (&"lobby".into(), &count.into())
            );
            let directory = browser.gets("/").await;
            assert!(directory.status == 200 && directory.text.contains("/t/lobby"));
        }
        ann.publishes_draft("tea", DraftId::fresh(), "hello").await;
        assert!(browser.gets("/").await.text.contains("/t/tea"));
    }
}
