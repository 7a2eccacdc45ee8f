use app::protocol::{Author, DraftId, Name, Timestamp};
use futures::FutureExt;
use uuid::Uuid;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn followers(place: &testing::TestDatabase) -> Followers {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    Followers::new(database, SECOND)
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn message(place: &str, mentions: Vec<UserId>) -> Event {
    let mut kind = EventKind::message(DraftId::fresh(), "x".to_owned());
    if let EventKind::Message { mentions: whom, .. } = &mut kind {
        *whom = mentions;
    }
    let author = Author { user: user(9), name: Name::anonymous(), unverified: false };
    Event { topic: topic(place), seq: 1, at: Timestamp(0), author, kind }
}

fn membership(name: &str, mentions: u64) -> Membership {
    let epoch = app::protocol::Epoch(String::new());
    let (title, follow) = (String::new(), app::protocol::Follow::Following);
    Membership { topic: topic(name), title, follow, epoch, head: 1, messages: 1, read: 0, seen: 0, mentions }
}

fn memberships(inbox: &mut InboxReceiver) -> Vec<String> {
    inbox.take().memberships.iter().map(TopicName::to_string).collect()
}

#[tokio::test]
async fn a_hundred_changes_of_one_topic_are_one_word_of_it() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
    let (mut one, mut two) = (followers.connect(user(1)), followers.connect(user(1)));
    (0..100).for_each(|_| followers.membership_changed(user(1), &topic("lobby"), Some(&one)));
    followers.membership_changed(user(2), &topic("lobby"), None);
    let looked = tokio::time::Instant::now();
    assert_eq!(memberships(&mut two), ["lobby"]);
    assert_eq!(memberships(&mut one), [""; 0], "whoever did it knows");
    followers.membership_changed(user(1), &topic("tea"), None);
    assert!(two.ready().now_or_never().is_none(), "it looked a moment ago");
    assert!(one.ready().now_or_never().is_none());
    one.ready().await;
    assert!(looked.elapsed() >= inbox::COALESCE_INTERVAL, "it looked a moment ago");
    assert_eq!(memberships(&mut one), ["tea"]);
}

#[tokio::test]
async fn only_followers_who_are_mentioned_hear_of_it_and_of_its_end() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
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
async fn what_moves_is_told_when_it_was_gathered_for_a_while() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
    let mut ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    followers.membership_sent(user(1), &membership("lobby", 1));
    let begun = tokio::time::Instant::now();
    let deletion = EventKind::Deletion { draft: DraftId::fresh(), message: 1 };
    followers.event_committed(&Event { kind: deletion, ..message("lobby", vec![]) });
    ann.ready().await;
    assert!(begun.elapsed() >= SECOND);
    assert_eq!(memberships(&mut ann), ["lobby"]);
}

#[tokio::test]
async fn a_topic_that_nobody_follows_is_not_remembered_and_nobody_is_left_behind() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
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
    assert!(followers.lock().is_empty(), "who is gone is not followed up");
}

#[tokio::test]
async fn one_task_tells_and_goes_when_nothing_moves() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
    let _ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    let started = || followers.lock().record(&topic("lobby"), TopicUpdate::default());
    assert_eq!([started(), started(), started()], [true, false, false]);
    assert_eq!(followers.lock().take_updates().map(|updates| updates.len()), Some(1));
    assert!(!followers.lock().record(&topic("lobby"), TopicUpdate::default()), "it is still there");
    followers.lock().take_updates();
    assert!(followers.lock().take_updates().is_none());
    assert!(
        followers.lock().record(&topic("lobby"), TopicUpdate::default()),
        "it is gone, and another one is needed"
    );
}

#[tokio::test]
async fn of_many_heads_of_a_topic_the_newest_is_told_once_with_the_title_that_is_not_known() {
    let at = testing::sqlite();
    let followers = followers(&at).await;
    let mut ann = followers.connect(user(1));
    followers.set_following(user(1), &topic("lobby"), true);
    let head =
        |head| Head { topic: topic("lobby"), head, messages: head, title: Some(format!("Title {head}")) };
    let (usual, described) = (
        BTreeMap::new(),
        BTreeMap::from([(topic("lobby"), TopicUpdate { may_rename: true, ..TopicUpdate::default() })]),
    );
    followers.push_head(head(1), &usual);
    followers.push_head(head(2), &described);
    followers.push_head(head(3), &usual);
    followers.push_head(Head { topic: topic("tea"), ..head(9) }, &described);
    let told = Head { title: Some("Title 2".to_owned()), ..head(3) };
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [told]);
    followers.push_head(head(4), &usual);
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [Head { title: None, ..head(4) }]);
    assert!(ann.take().heads.is_empty());
}
