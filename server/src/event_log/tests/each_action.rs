//! Each action is read from the store as the event that it becomes.

use std::collections::BTreeSet;

use app::protocol::{About, Emoji, RenderedText};

use super::*;

testing::for_each_database!(each_action_is_read_as_the_event_that_it_becomes);

/// No wildcard: a new action does not compile before it has a name, and then a place in the list below.
fn name_of(action: &Action) -> &'static str {
    match action {
        Action::Publish { .. } => "publish",
        Action::Edit { .. } => "edit",
        Action::Delete { .. } => "delete",
        Action::React { .. } => "react",
        Action::Describe { .. } => "describe",
    }
}

const NAMES: [&str; 5] = ["delete", "describe", "edit", "publish", "react"];

fn actions() -> Vec<Action> {
    let emoji = || Emoji::try_from("👍".to_owned()).unwrap();
    let change = About::parse("Tea", "Green").unwrap().into();
    vec![
        Action::Publish { body: "a".to_owned(), reply_to: None },
        Action::Publish { body: "b".to_owned(), reply_to: Some(1) },
        Action::Describe { change, new: false },
        Action::React { message: 1, emoji: emoji(), on: true },
        Action::React { message: 1, emoji: emoji(), on: false },
        Action::Edit { message: 1, revision: 1, body: "c".to_owned() },
        Action::Delete { message: 2, revision: 2 },
    ]
}

async fn each_action_is_read_as_the_event_that_it_becomes(test_database: TestDatabase) {
    let fixture = fixture(test_database).await;
    let names: BTreeSet<_> = actions().iter().map(name_of).collect();
    assert_eq!(names, NAMES.into());
    for (action, seq) in actions().into_iter().zip(1..) {
        let event = NewEvent { action: action.clone(), ..message_by(1, seq.into(), "").into() };
        let expected = EventKind::from_action(action, event.draft, RenderedText::default());
        assert_eq!(fixture.log.append(event).await, stored(seq));
        // Another server's log has no event in memory yet.
        let (reader, ..) = open_log(&fixture.test_database, "").await;
        let page = reader.since(&readable("lobby"), seq - 1, 1).await.unwrap();
        assert_eq!(page.events[0].kind, expected);
    }
}
