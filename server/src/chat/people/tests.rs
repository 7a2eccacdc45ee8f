use app::protocol::{Author, DraftId, Name, Timestamp};
use futures::FutureExt;
use uuid::Uuid;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn people(place: &testing::TestDatabase) -> People {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    People::new(database, SECOND)
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

fn place(name: &str, mentions: u64) -> Membership {
    let epoch = app::protocol::Epoch(String::new());
    let (title, follow) = (String::new(), app::protocol::Follow::Following);
    Membership { topic: topic(name), title, follow, epoch, head: 1, messages: 1, read: 0, seen: 0, mentions }
}

fn places(letters: &mut Letters) -> Vec<String> {
    letters.take().places.iter().map(TopicName::to_string).collect()
}

#[tokio::test]
async fn a_hundred_changes_of_one_topic_are_one_word_of_it() {
    let at = testing::sqlite();
    let people = people(&at).await;
    let (mut one, mut two) = (people.enter(user(1)), people.enter(user(1)));
    (0..100).for_each(|_| people.changed(user(1), &topic("lobby"), Some(&one)));
    people.changed(user(2), &topic("lobby"), None);
    let looked = tokio::time::Instant::now();
    assert_eq!(places(&mut two), ["lobby"]);
    assert_eq!(places(&mut one), [""; 0], "whoever did it knows");
    people.changed(user(1), &topic("tea"), None);
    assert!(two.ready().now_or_never().is_none(), "it looked a moment ago");
    assert!(one.ready().now_or_never().is_none());
    one.ready().await;
    assert!(looked.elapsed() >= letters::FOLD, "it looked a moment ago");
    assert_eq!(places(&mut one), ["tea"]);
}

#[tokio::test]
async fn only_followers_who_are_mentioned_hear_of_it_and_of_its_end() {
    let at = testing::sqlite();
    let people = people(&at).await;
    let (mut ann, mut bob) = (people.enter(user(1)), people.enter(user(2)));
    people.follows(user(1), &topic("lobby"), true);
    people.heard(&message("lobby", vec![user(1), user(2), user(3)]));
    assert_eq!((places(&mut ann), places(&mut bob)), (vec!["lobby".to_owned()], vec![]));
    people.follows(user(2), &topic("lobby"), true);
    people.told(user(1), &place("lobby", 1));
    people.told(user(2), &place("lobby", 0));
    let deletion = EventKind::Deletion { draft: DraftId::fresh(), message: 1 };
    people.heard(&Event { kind: deletion, ..message("lobby", vec![]) });
    let moved = people.lock().take_moved().unwrap();
    people.tell(moved).await;
    assert_eq!((places(&mut ann), places(&mut bob)), (vec!["lobby".to_owned()], vec![]));
}

#[tokio::test]
async fn what_moves_is_told_when_it_was_gathered_for_a_while() {
    let at = testing::sqlite();
    let people = people(&at).await;
    let mut ann = people.enter(user(1));
    people.follows(user(1), &topic("lobby"), true);
    people.told(user(1), &place("lobby", 1));
    let begun = tokio::time::Instant::now();
    let deletion = EventKind::Deletion { draft: DraftId::fresh(), message: 1 };
    people.heard(&Event { kind: deletion, ..message("lobby", vec![]) });
    ann.ready().await;
    assert!(begun.elapsed() >= SECOND);
    assert_eq!(places(&mut ann), ["lobby"]);
}

#[tokio::test]
async fn a_topic_that_nobody_follows_is_not_remembered_and_nobody_is_left_behind() {
    let at = testing::sqlite();
    let people = people(&at).await;
    people.heard(&message("lobby", vec![]));
    assert!(people.lock().is_empty());
    let (one, two) = (people.enter(user(1)), people.enter(user(1)));
    people.follows(user(1), &topic("lobby"), true);
    people.heard(&message("lobby", vec![]));
    drop(one);
    assert!(people.lock().has(user(1), &topic("lobby")), "there is another connection");
    drop(two);
    assert!(people.lock().is_empty());
    people.follows(user(1), &topic("lobby"), true);
    assert!(people.lock().is_empty(), "who is gone is not followed up");
}

#[tokio::test]
async fn one_task_tells_and_goes_when_nothing_moves() {
    let at = testing::sqlite();
    let people = people(&at).await;
    let _ann = people.enter(user(1));
    people.follows(user(1), &topic("lobby"), true);
    let started = || people.lock().moved(&topic("lobby"), Moved::default());
    assert_eq!([started(), started(), started()], [true, false, false]);
    assert_eq!(people.lock().take_moved().map(|moved| moved.len()), Some(1));
    assert!(!people.lock().moved(&topic("lobby"), Moved::default()), "it is still there");
    people.lock().take_moved();
    assert!(people.lock().take_moved().is_none());
    assert!(people.lock().moved(&topic("lobby"), Moved::default()), "it is gone, and another one is needed");
}

#[tokio::test]
async fn of_many_heads_of_a_topic_the_newest_is_told_once_with_the_title_that_is_not_known() {
    let at = testing::sqlite();
    let people = people(&at).await;
    let mut ann = people.enter(user(1));
    people.follows(user(1), &topic("lobby"), true);
    let head =
        |head| Head { topic: topic("lobby"), head, messages: head, title: Some(format!("Title {head}")) };
    let (usual, described) =
        (BTreeMap::new(), BTreeMap::from([(topic("lobby"), Moved { described: true, ..Moved::default() })]));
    people.tell_head(head(1), &usual);
    people.tell_head(head(2), &described);
    people.tell_head(head(3), &usual);
    people.tell_head(Head { topic: topic("tea"), ..head(9) }, &described);
    let told = Head { title: Some("Title 2".to_owned()), ..head(3) };
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [told]);
    people.tell_head(head(4), &usual);
    assert_eq!(ann.take().heads.into_values().collect::<Vec<_>>(), [Head { title: None, ..head(4) }]);
    assert!(ann.take().heads.is_empty());
}
