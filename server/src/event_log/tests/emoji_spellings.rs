//! Reactions of older versions: those stored both with and without U+FE0F become one after the migration, and those that are no emoji
//! are skipped.

use app::protocol::{Emoji, HistoryRange, Reactions};
use sea_orm::ConnectionTrait;

use super::*;

testing::for_each_database!(
    two_spellings_of_one_emoji_become_one_reaction,
    a_retry_of_an_old_reaction_is_a_duplicate,
    an_old_reaction_that_is_no_emoji_is_not_shown,
    old_reactions_that_are_no_emoji_do_not_count_towards_the_limits,
);

const PLAIN: &str = "❤";
const FULL: &str = "❤\u{fe0f}";

fn react(user: u128, draft: u128, emoji: &str, on: bool) -> NewEvent {
    let emoji = Emoji::try_from(emoji.to_owned()).unwrap();
    NewEvent { action: Action::React { message: 1, emoji, on }, ..message_by(user, draft, "").into() }
}

/// Runs the migration once more on the current data.
async fn migrate_again(test_database: &TestDatabase) {
    let database = Database::open(test_database.url()).await.unwrap();
    let forget = "DELETE FROM seaql_migrations WHERE version = 'm0013_one_spelling'";
    database.write().execute_unprepared(forget).await.unwrap();
    database.migrate().await.unwrap();
}

/// Each emoji of the first message, and who reacted with it.
async fn reactions(log: &Log) -> Vec<(String, Vec<u128>)> {
    let page = log.history(&readable("lobby"), HistoryRange::After(0), 1).await.unwrap();
    let EventKind::Message { reactions, .. } = &page.events[0].kind else { panic!("a message") };
    let people =
        |reactions: &Reactions| reactions.people.iter().map(|person| person.user.0.as_u128()).collect();
    reactions.iter().map(|reactions| (reactions.emoji.to_string(), people(reactions))).collect()
}

/// The reactions that a client has after it applied the log's events.
async fn replayed(log: &Log) -> Vec<(String, u128)> {
    let page = log.since(&readable("lobby"), 0, 100).await.unwrap();
    let mut stands = Vec::new();
    for event in &page.events {
        let EventKind::Reaction { emoji, on, .. } = &event.kind else { continue };
        let one = (emoji.to_string(), event.author.user.0.as_u128());
        stands.retain(|other| *other != one);
        if *on {
            stands.push(one);
        }
    }
    stands
}

async fn two_spellings_of_one_emoji_become_one_reaction(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "hello")).await.unwrap();
    let notified = [
        (1, PLAIN, true),
        (2, FULL, true),
        // The same person used both spellings.
        (3, FULL, true),
        (3, PLAIN, true),
        // One of both was removed, once later and once earlier.
        (4, PLAIN, true),
        (4, FULL, true),
        (4, PLAIN, false),
        (5, PLAIN, true),
        (5, PLAIN, false),
        (5, FULL, true),
        (6, "👁\u{200d}🗨", true),
        (6, "👍", true),
        (6, "1\u{20e3}", true),
    ];
    for (draft, (user, emoji, on)) in (10..).zip(notified) {
        log.append(react(user, draft, emoji, on)).await.unwrap();
    }
    migrate_again(&fixture.test_database).await;
    let mut expected = vec![
        ("1\u{fe0f}\u{20e3}".to_owned(), vec![6]),
        (FULL.to_owned(), vec![1, 2, 3, 5]),
        ("👁\u{fe0f}\u{200d}🗨\u{fe0f}".to_owned(), vec![6]),
        ("👍".to_owned(), vec![6]),
    ];
    expected.sort();
    let there = reactions(log).await;
    assert_eq!(there, expected);
    let mut flat: Vec<_> = there
        .into_iter()
        .flat_map(|(emoji, people)| people.into_iter().map(move |user| (emoji.clone(), user)))
        .collect();
    let mut replayed = replayed(log).await;
    flat.sort();
    replayed.sort();
    assert_eq!(replayed, flat, "a client that replays the log gets the same");
    log.append(react(3, 40, FULL, false)).await.unwrap();
    assert!(
        reactions(log).await.contains(&(FULL.to_owned(), vec![1, 2, 5])),
        "one removal for both spellings"
    );
    migrate_again(&fixture.test_database).await;
    assert!(reactions(log).await.contains(&(FULL.to_owned(), vec![1, 2, 5])), "a second run changes nothing");
}

async fn a_retry_of_an_old_reaction_is_a_duplicate(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    fixture.log.append(message_by(1, 1, "hello")).await.unwrap();
    fixture.log.append(react(1, 2, PLAIN, true)).await.unwrap();
    migrate_again(&fixture.test_database).await;
    let receipt = fixture.log.append(react(1, 2, FULL, true)).await;
    assert_eq!(receipt, Ok(Receipt { seq: 2, duplicate: true }));
}

async fn an_old_reaction_that_is_no_emoji_is_not_shown(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "hello")).await.unwrap();
    for (draft, emoji) in [(2, "👍"), (3, "🎉"), (4, "👀")] {
        log.append(react(1, draft, emoji, true)).await.unwrap();
    }
    store_as(&fixture.test_database, &[("🎉", "5€"), ("👀", "👍👎")]).await;
    assert_eq!(reactions(log).await, [("👍".to_owned(), vec![1])]);
    assert_eq!(replayed(log).await, [("👍".to_owned(), 1)]);
    let page = log.since(&readable("lobby"), 0, 100).await.unwrap();
    assert_eq!(page.events.len(), 4, "the log has no gap");
}

async fn old_reactions_that_are_no_emoji_do_not_count_towards_the_limits(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-reactions 3 --max-reactions-per-person 2").await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "hello")).await.unwrap();
    for (draft, user, emoji) in [(2, 1, "🎉"), (3, 1, "👀"), (4, 2, "👀")] {
        log.append(react(user, draft, emoji, true)).await.unwrap();
    }
    let refused = Err(AppendError::TooManyReactions);
    assert_eq!(log.append(react(3, 5, "👍", true)).await, refused, "the limit of the message");
    store_as(&fixture.test_database, &[("🎉", "5€"), ("👀", "👍👎")]).await;
    for (draft, user, emoji) in [(6, 1, "👍"), (7, 1, "👎"), (8, 2, "👍")] {
        assert!(log.append(react(user, draft, emoji, true)).await.is_ok(), "{user} {emoji}");
    }
    assert_eq!(log.append(react(3, 9, "👍", true)).await, refused, "those that are shown count");
    log.append(react(2, 10, "👍", false)).await.unwrap();
    assert_eq!(log.append(react(1, 11, "🚀", true)).await, refused, "the limit of the person");
}

/// Changes stored emoji to texts that an older version accepted.
async fn store_as(test_database: &TestDatabase, texts: &[(&str, &str)]) {
    let database = Database::open(test_database.url()).await.unwrap();
    for (emoji, text) in texts {
        for statement in [
            format!("UPDATE reaction SET emoji = '{text}' WHERE emoji = '{emoji}'"),
            format!("UPDATE event SET body = '{text}' WHERE body = '{emoji}'"),
        ] {
            database.write().execute_unprepared(&statement).await.unwrap();
        }
    }
}
