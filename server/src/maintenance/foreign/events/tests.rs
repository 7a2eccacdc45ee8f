use std::collections::HashSet;

use super::*;

fn person(name: &str) -> ForeignPerson {
    ForeignPerson { user: id_of(name), name: Name::parse(name).unwrap() }
}

fn message(text: &str) -> ForeignMessage {
    ForeignMessage {
        key: "a:1".to_owned(),
        at: 5,
        author: person("Ann"),
        text: text.to_owned(),
        mentions: vec![person("Bob"), person("Ann")],
        reply_to: Some("a:0".to_owned()),
        edited_at: None,
        is_deleted: false,
        reactions: Vec::new(),
    }
}

#[test]
fn a_message_becomes_events_with_ids_of_their_own() {
    let mut report = Report::default();
    let thumb = Emoji::try_from("👍".to_owned()).unwrap();
    let mut message = message("hi @Bob and @Ann");
    message.edited_at = Some(9);
    message.reactions = vec![(thumb.clone(), person("Bob")), (thumb, person("Cid"))];
    let events = events_of(&message, &mut report).unwrap();
    let kinds: Vec<Kind> = events.iter().map(|event| event.line.kind).collect();
    assert_eq!(kinds, [Kind::Message, Kind::Edit, Kind::Reaction, Kind::Reaction]);
    assert_eq!(events.iter().map(|event| event.line.draft).collect::<HashSet<_>>().len(), 4);
    assert_eq!(events[0].reply_to, Some(id_of("a:0")));
    assert_eq!(events[0].line.mentions, [id_of("Bob")], "nobody mentions themselves");
    assert!(events[1..].iter().all(|event| event.target == Some(events[0].line.draft)));
    assert_eq!((events[0].line.at, events[1].line.at, events[2].line.at), (5, 9, 5));
    let again = events_of(&message, &mut report).unwrap();
    assert!(events.iter().zip(&again).all(|(a, b)| a.line.draft == b.line.draft));
}

#[test]
fn long_empty_and_deleted_messages_are_kept_or_counted() {
    let mut report = Report::default();
    let events = events_of(&message(&"word ".repeat(4_000)), &mut report).unwrap();
    assert_eq!((events.len(), report.count(SPLIT_MESSAGES)), (2, 1));
    assert_eq!((events[1].line.kind, events[1].reply_to), (Kind::Message, None));
    assert!(events_of(&message(" \n"), &mut report).is_none());
    assert_eq!(report.count(EMPTY_MESSAGES), 1);
    let deleted = ForeignMessage { is_deleted: true, ..message("") };
    let events = events_of(&deleted, &mut report).unwrap();
    assert_eq!((events.len(), events[1].line.kind), (2, Kind::Deletion));
    assert_eq!(report.count(EMPTY_MESSAGES), 1);
}
