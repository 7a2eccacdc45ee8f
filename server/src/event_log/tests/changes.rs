//! Edits, deletions and reactions, and the history after them.

use app::protocol::{Emoji, HistoryRange, Person, Reactions, RenderedText};

use super::*;

testing::for_each_database!(
    an_edit_changes_the_message_and_is_an_event_of_its_own,
    only_the_author_changes_a_message_and_only_its_latest_revision,
    a_deletion_leaves_a_tombstone_without_text,
    a_retry_of_a_change_is_a_duplicate_even_after_its_text_was_removed,
    people_react_once_with_each_emoji,
    the_number_of_reactions_of_a_message_is_limited,
    the_number_of_reactions_of_a_person_to_a_message_is_limited,
    a_change_of_a_missing_message_is_refused_and_takes_no_seq,
    changes_within_one_batch_are_applied_in_order,
    history_has_the_current_texts_and_reaches_both_ends,
    mentions_are_those_of_the_current_text,
    a_reply_needs_its_message,
    changes_are_not_counted_as_messages,
);

fn change(user: u128, draft: u128, action: Action) -> NewEvent {
    NewEvent { action, ..message_by(user, draft, "").into() }
}

fn edit(draft: u128, message: u64, revision: u64, body: &str) -> NewEvent {
    change(1, draft, Action::Edit { message, revision, body: body.to_owned() })
}

fn delete(draft: u128, message: u64, revision: u64) -> NewEvent {
    change(1, draft, Action::Delete { message, revision })
}

fn thumb() -> Emoji {
    Emoji::try_from("👍".to_owned()).unwrap()
}

fn react(user: u128, draft: u128, on: bool) -> NewEvent {
    change(user, draft, Action::React { message: 1, emoji: thumb(), on })
}

/// The current state of the first message in the lobby: text, revision, whether it was deleted, reactions.
async fn first(log: &Log) -> (String, u64, bool, Vec<Reactions>) {
    let page = log.history(&readable("lobby"), HistoryRange::After(0), 1).await.unwrap();
    match &page.events[0].kind {
        EventKind::Message { body, deleted, reactions, .. } => {
            (body.clone(), page.events[0].revision(), *deleted, reactions.clone())
        }
        other => panic!("{other:?}"),
    }
}

/// The text of each edit in the log.
async fn edits(log: &Log) -> Vec<Option<String>> {
    let page = log.since(&readable("lobby"), 0, 100).await.unwrap();
    let text = |event: &Event| match &event.kind {
        EventKind::Edit { body, .. } => Some(body.clone()),
        _ => None,
    };
    page.events.iter().filter_map(text).collect()
}

async fn an_edit_changes_the_message_and_is_an_event_of_its_own(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let notified = &fixture.notified;
    log.append(message_by(1, 1, "frist")).await.unwrap();
    assert_eq!(log.append(edit(2, 1, 1, "first")).await, stored(2));
    assert_eq!(log.append(edit(3, 1, 2, "first!")).await, stored(3));
    assert_eq!(first(log).await, ("first!".to_owned(), 3, false, vec![]));
    assert_eq!(edits(log).await, [None, Some("first!".to_owned())]);
    let notified: Vec<_> = notified.lock().iter().map(|event| (event.seq, event.kind.target())).collect();
    assert_eq!(notified, [(1, None), (2, Some(1)), (3, Some(1))]);
}

async fn only_the_author_changes_a_message_and_only_its_latest_revision(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let theirs = change(2, 2, Action::Edit { message: 1, revision: 1, body: "b".to_owned() });
    assert_eq!(log.append(theirs).await, Err(AppendError::Forbidden));
    let theirs = change(2, 3, Action::Delete { message: 1, revision: 1 });
    assert_eq!(log.append(theirs).await, Err(AppendError::Forbidden));
    assert_eq!(log.append(edit(4, 1, 1, "c")).await, stored(2));
    assert_eq!(log.append(edit(5, 1, 1, "d")).await, Err(AppendError::Stale));
    assert_eq!(log.append(delete(6, 1, 1)).await, Err(AppendError::Stale));
    assert_eq!(first(log).await, ("c".to_owned(), 2, false, vec![]));
}

async fn a_deletion_leaves_a_tombstone_without_text(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "secret")).await.unwrap();
    log.append(edit(2, 1, 1, "secret too")).await.unwrap();
    log.append(react(2, 3, true)).await.unwrap();
    assert_eq!(log.append(delete(4, 1, 2)).await, stored(4));
    assert_eq!(first(log).await, (String::new(), 4, true, vec![]));
    assert_eq!(edits(log).await, [None]);
    for gone in [edit(5, 1, 4, "x"), delete(6, 1, 4), react(2, 7, true)] {
        assert_eq!(log.append(gone).await, Err(AppendError::NotFound));
    }
}

async fn a_retry_of_a_change_is_a_duplicate_even_after_its_text_was_removed(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    log.append(edit(2, 1, 1, "b")).await.unwrap();
    assert_eq!(log.append(edit(2, 1, 1, "b")).await, Ok(Receipt { seq: 2, duplicate: true }));
    assert_eq!(log.append(edit(2, 1, 1, "c")).await, Err(AppendError::Conflict));
    log.append(delete(3, 1, 2)).await.unwrap();
    for (retry, seq) in [(message_by(1, 1, "a").into(), 1), (edit(2, 1, 1, "b"), 2), (delete(3, 1, 2), 3)] {
        assert_eq!(log.append(retry).await, Ok(Receipt { seq, duplicate: true }));
    }
    assert_eq!(log.tail(&readable("lobby"), 1).await.unwrap().head, 3);
}

async fn people_react_once_with_each_emoji(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    for (user, draft, on) in [(1, 2, true), (2, 3, true), (1, 4, true), (1, 5, false), (3, 6, false)] {
        log.append(react(user, draft, on)).await.unwrap();
    }
    let bob = Person { user: UserId(Uuid::from_u128(2)), name: Name::parse("Ann").unwrap() };
    let expected = vec![Reactions { emoji: thumb(), people: vec![bob] }];
    assert_eq!(first(log).await.3, expected);
    assert_eq!(log.tail(&readable("lobby"), 30).await.unwrap().events.len(), 1);
    assert_eq!(log.since(&readable("lobby"), 0, 30).await.unwrap().events.len(), 6);
}

async fn the_number_of_reactions_of_a_message_is_limited(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-reactions 2").await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    assert_eq!(log.append(react(1, 2, true)).await, stored(2));
    assert_eq!(log.append(react(2, 3, true)).await, stored(3));
    assert_eq!(log.append(react(3, 4, true)).await, Err(AppendError::TooManyReactions));
    assert_eq!(log.append(react(1, 5, false)).await, stored(4));
    assert_eq!(log.append(react(3, 6, true)).await, stored(5));
}

async fn the_number_of_reactions_of_a_person_to_a_message_is_limited(test_database: TestDatabase) {
    let fixture = fixture_with(test_database, "--max-reactions-per-person 2").await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    let with = |user, draft, text: &str, on| {
        let emoji = Emoji::try_from(text.to_owned()).unwrap();
        NewEvent { action: Action::React { message: 1, emoji, on }, ..react(user, draft, on) }
    };
    assert_eq!(log.append(with(1, 2, "👍", true)).await, stored(2));
    assert_eq!(log.append(with(1, 3, "🎉", true)).await, stored(3));
    assert_eq!(log.append(with(1, 4, "🚀", true)).await, Err(AppendError::TooManyReactions));
    assert_eq!(log.append(with(1, 5, "👍", true)).await, stored(4), "a repeated reaction is not a third one");
    assert_eq!(log.append(with(2, 6, "🚀", true)).await, stored(5), "others have a limit of their own");
    assert_eq!(log.append(with(1, 7, "👍", false)).await, stored(6));
    assert_eq!(log.append(with(1, 8, "🚀", true)).await, stored(7));
}

async fn a_change_of_a_missing_message_is_refused_and_takes_no_seq(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    assert_eq!(log.append(edit(1, 1, 1, "x")).await, Err(AppendError::NotFound));
    log.append(message_by(1, 2, "a")).await.unwrap();
    assert_eq!(log.append(react(1, 3, true)).await, stored(2));
    for message in [0, 2, 3, u64::MAX] {
        assert_eq!(log.append(edit(4, message, message, "x")).await, Err(AppendError::NotFound), "{message}");
    }
    assert_eq!(log.append(message_by(1, 5, "b")).await, stored(3));
}

async fn changes_within_one_batch_are_applied_in_order(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    let mut receipts = Vec::new();
    let chain = [
        message_by(1, 1, "a").into(),
        edit(2, 1, 1, "b"),
        edit(3, 1, 2, "c"),
        react(2, 4, true),
        delete(5, 1, 3),
    ];
    for event in chain {
        receipts.push(log.submit(event).await.unwrap());
    }
    for (seq, receipt) in (1..).zip(receipts) {
        assert_eq!(receipt.await, stored(seq));
    }
    assert_eq!(first(log).await, (String::new(), 5, true, vec![]));
    assert_eq!(edits(log).await, [None, None]);
}

async fn history_has_the_current_texts_and_reaches_both_ends(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    for n in 1..=6 {
        log.append(message_by(1, n, "m")).await.unwrap();
    }
    log.append(edit(7, 3, 3, "third")).await.unwrap();
    let read = async |span, count| {
        let page = log.history(&readable("lobby"), span, count).await.unwrap();
        (page.from, page.to, seqs(&page))
    };
    assert_eq!(read(HistoryRange::Before(5), 2).await, (3, 4, vec![3, 4]));
    assert_eq!(read(HistoryRange::Before(3), 2).await, (1, 2, vec![1, 2]));
    assert_eq!(read(HistoryRange::After(4), 1).await, (5, 5, vec![5]));
    assert_eq!(read(HistoryRange::After(4), 9).await, (5, 7, vec![5, 6]));
    assert_eq!(read(HistoryRange::Around(4), 2).await, (3, 4, vec![3, 4]));
    assert_eq!(read(HistoryRange::Around(7), 4).await, (5, 7, vec![5, 6]));
    assert_eq!(read(HistoryRange::Before(1), 9).await.2, [0; 0]);
    let third = log.history(&readable("lobby"), HistoryRange::Around(3), 1).await.unwrap();
    assert!(
        matches!(&third.events[0].kind, EventKind::Message { body, revision: Some(7), .. } if body == "third")
    );
}

/// The people whom a message is stored to mention: in its own row, and in the rows by which they find it.
async fn mentioned(test_database: &TestDatabase) -> (Vec<UserId>, usize) {
    use sea_orm::{ConnectionTrait, Statement};
    // Another server has nothing of it in memory.
    let database = Database::open(test_database.url()).await.unwrap();
    let (log, ..) = open_log_on(database.clone(), "").await;
    let page = log.tail(&readable("lobby"), 1).await.unwrap();
    let EventKind::Message { mentions, .. } = page.events[0].kind.clone() else { panic!("a message") };
    let select = "SELECT seq FROM mention WHERE seq = 1";
    let select = Statement::from_string(database.read().get_database_backend(), select);
    (mentions, database.read().query_all_raw(select).await.unwrap().len())
}

async fn mentions_are_those_of_the_current_text(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let people = |users: &[u128]| users.iter().map(|user| UserId(Uuid::from_u128(*user))).collect::<Vec<_>>();
    let append = async |event: NewEvent, users: &[u128]| {
        let rendered = RenderedText { html: None, mentions: people(users) };
        fixture.log.append(NewEvent { rendered, ..event }).await.unwrap();
        mentioned(&fixture.test_database).await
    };
    assert_eq!(append(message_by(1, 1, "@2").into(), &[2]).await, (people(&[2]), 1));
    assert_eq!(append(edit(2, 1, 1, "@3 @4"), &[3, 4]).await, (people(&[3, 4]), 2));
    assert_eq!(append(edit(3, 1, 2, "nobody"), &[]).await, (people(&[]), 0));
}

async fn a_reply_needs_its_message(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let reply =
        |draft, seq| change(1, draft, Action::Publish { body: "yes".to_owned(), reply_to: Some(seq) });
    assert_eq!(fixture.log.append(reply(1, 1)).await, Err(AppendError::NotFound));
    fixture.log.append(message_by(1, 2, "no?")).await.unwrap();
    for seq in [0, 2, u64::MAX] {
        assert_eq!(fixture.log.append(reply(3, seq)).await, Err(AppendError::NotFound), "{seq}");
    }
    assert_eq!(fixture.log.append(reply(4, 1)).await, stored(2));
}

async fn changes_are_not_counted_as_messages(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let log = &fixture.log;
    log.append(message_by(1, 1, "a")).await.unwrap();
    for change in [edit(2, 1, 1, "b"), react(2, 3, true), delete(4, 1, 2)] {
        log.append(change).await.unwrap();
        let summary = log.summary(&readable("lobby")).await.unwrap().unwrap();
        assert_eq!(summary.messages, 1);
    }
    log.append(message_by(1, 5, "c")).await.unwrap();
    let summary = log.summary(&readable("lobby")).await.unwrap().unwrap();
    assert_eq!((summary.head, summary.messages), (5, 2));
}
