use app::protocol::{Author, DraftId, Name, Timestamp};
use futures::FutureExt;
use uuid::Uuid;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn followers(test_database: &testing::TestDatabase) -> Followers {
    let database = Database::open(test_database.url()).await.unwrap();
    database.migrate().await.unwrap();
    Followers::new(database, SECOND)
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn message(name: &str, mentions: Vec<UserId>) -> Event {
    let mut kind = EventKind::message(DraftId::fresh(), "x".to_owned());
    if let EventKind::Message { mentions: of_kind, .. } = &mut kind {
        *of_kind = mentions;
    }
    let author = Author { user: user(9), name: Name::anonymous(), unverified: false };
    Event { topic: topic(name), seq: 1, at: Timestamp(0), author, kind }
}

fn membership(name: &str, mentions: u64) -> Membership {
    let epoch = app::protocol::Epoch(String::new());
    let empty = Membership::empty(topic(name), epoch, app::protocol::Follow::Following);
    Membership { head: 1, messages: 1, mentions, ..empty }
}

fn memberships(inbox: &mut InboxReceiver) -> Vec<String> {
    inbox.take().memberships.iter().map(TopicName::to_string).collect()
}

#[tokio::test]
async fn a_hundred_changes_of_one_topic_are_delivered_as_one() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let (mut one, mut two) = (followers.connect(user(1)), followers.connect(user(1)));
    (0..100).for_each(|_| followers.membership_changed(user(1), &topic("lobby"), Some(&one)));
    followers.membership_changed(user(2), &topic("lobby"), None);
    let delivered = tokio::time::Instant::now();
    assert_eq!(memberships(&mut two), ["lobby"]);
    assert_eq!(memberships(&mut one), [""; 0], "the connection that made the change is not notified");
    followers.membership_changed(user(1), &topic("tea"), None);
    assert!(two.ready().now_or_never().is_none(), "the interval since the last delivery is not over");
    assert!(one.ready().now_or_never().is_none());
    one.ready().await;
    assert!(
        delivered.elapsed() >= inbox::COALESCE_INTERVAL,
        "the interval since the last delivery is not over"
    );
    assert_eq!(memberships(&mut one), ["tea"]);
}

#[tokio::test]
async fn only_mentioned_followers_are_notified_of_a_mention_and_of_its_deletion() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let (mut ann, mut bob) = (followers.connect(user(1)), followers.connect(user(2)));
    followers.set_following(user(1), &topic("lobby"), true);
    followers.event_committed(&message("lobby", vec![user(1), user(2), user(3)]));
    assert_eq!((memberships(&mut ann), memberships(&mut bob)), (vec!["lobby".to_owned()], vec![]));
    followers.set_following(user(2), &topic("lobby"), true);
    followers.membership_sent(user(1), &membership("lobby", 1));
    followers.membership_sent(user(2), &membership("lobby", 0));
    let deletion = EventKind::Deletion { draft: DraftId::fresh(), message: 1 };
    followers.event_committed(&Event { kind: deletion, ..message("lobby", vec![]) });
    let updates = followers.lock().take_updates().unwrap();
    followers.notify(updates).await;
    assert_eq!((memberships(&mut ann), memberships(&mut bob)), (vec!["lobby".to_owned()], vec![]));
}

#[tokio::test]
async fn an_uncertain_commit_may_mention_any_follower() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let mut ann = followers.connect(user(1));
    let mut bob = followers.connect(user(2));
    followers.set_following(user(1), &topic("lobby"), true);
    followers.membership_sent(user(1), &membership("lobby", 0));
    followers.commit_uncertain(&topic("lobby"));
    let updates = followers.lock().take_updates().unwrap();
    followers.notify(updates).await;
    assert_eq!((memberships(&mut ann), memberships(&mut bob)), (vec!["lobby".to_owned()], vec![]));
}

#[tokio::test]
async fn updates_are_delivered_after_an_interval() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let mut ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    followers.membership_sent(user(1), &membership("lobby", 1));
    let start = tokio::time::Instant::now();
    let deletion = EventKind::Deletion { draft: DraftId::fresh(), message: 1 };
    followers.event_committed(&Event { kind: deletion, ..message("lobby", vec![]) });
    ann.ready().await;
    assert!(start.elapsed() >= SECOND);
    assert_eq!(memberships(&mut ann), ["lobby"]);
}

#[tokio::test]
async fn topics_without_followers_and_people_without_connections_are_not_kept() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    followers.event_committed(&message("lobby", vec![]));
    assert!(followers.lock().is_empty());
    let (one, two) = (followers.connect(user(1)), followers.connect(user(1)));
    followers.set_following(user(1), &topic("lobby"), true);
    followers.event_committed(&message("lobby", vec![]));
    drop(one);
    assert!(followers.lock().is_following(user(1), &topic("lobby")), "there is another connection");
    drop(two);
    assert!(followers.lock().is_empty());
    followers.set_following(user(1), &topic("lobby"), true);
    assert!(followers.lock().is_empty(), "a person without a connection is not registered");
}

#[tokio::test]
async fn one_notifier_runs_and_ends_after_an_interval_without_updates() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let _ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    let starts_notifier = || followers.lock().record(&topic("lobby"), TopicUpdate::default());
    assert_eq!([starts_notifier(), starts_notifier(), starts_notifier()], [true, false, false]);
    assert_eq!(followers.lock().take_updates().map(|updates| updates.len()), Some(1));
    assert!(!followers.lock().record(&topic("lobby"), TopicUpdate::default()), "the notifier still runs");
    followers.lock().take_updates();
    assert!(followers.lock().take_updates().is_none());
    assert!(
        followers.lock().record(&topic("lobby"), TopicUpdate::default()),
        "the notifier ended, and another one is needed"
    );
}

#[tokio::test]
async fn of_several_heads_the_newest_is_delivered_with_the_latest_unsent_title() {
    let database = testing::sqlite();
    let followers = followers(&database).await;
    let mut ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    let head =
        |head| Head { topic: topic("lobby"), head, messages: head, title: Some(format!("Title {head}")) };
    let usual = BTreeMap::new();
    let update = TopicUpdate { may_rename: true, ..TopicUpdate::default() };
    let described = BTreeMap::from([(topic("lobby"), update)]);
    followers.push_head(head(1), &usual);
    followers.push_head(head(2), &described);
    followers.push_head(head(3), &usual);
    followers.push_head(Head { topic: topic("tea"), ..head(9) }, &described);
    let expected = Head { title: Some("Title 2".to_owned()), ..head(3) };
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [expected]);
    followers.push_head(head(4), &usual);
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [Head { title: None, ..head(4) }]);
    assert!(ann.take().heads.is_empty());
}
