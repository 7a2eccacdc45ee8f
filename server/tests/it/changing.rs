//! Edits, deletions and reactions.

use app::protocol::{DraftId, ErrorCode, Event, EventKind, SubscriptionMode};

use crate::support::{Change, Member, StoppedServer, TestServer, bodies_of, body_of, seqs_of, start};

/// Minimal caches, so that reads come from the database.
const SMALL_CACHES: &str = "--hub-ring 1 --recent-topics 1";

/// Ann and Bob in the lobby with one message of Ann's.
async fn ann_and_bob(server: &TestServer) -> (Member, Member) {
    let mut ann = server.joins("Ann", "lobby").await;
    let mut bob = server.joins("Bob", "lobby").await;
    ann.publishes("tea").await;
    bob.receives("tea").await;
    (ann, bob)
}

/// Summarises an event without the fields that differ between runs.
fn summary(event: &Event) -> (u64, &'static str, u64, String) {
    let (what, message, text) = match &event.kind {
        EventKind::Message { body, deleted, revision, .. } => {
            (if *deleted { "tombstone" } else { "message" }, revision.unwrap_or(event.seq), body.clone())
        }
        EventKind::Edit { message, body, .. } => ("edit", *message, body.clone().unwrap_or("gone".into())),
        EventKind::Deletion { message, .. } => ("deletion", *message, String::new()),
        EventKind::Reaction { message, emoji, on: true, .. } => ("reaction", *message, emoji.to_string()),
        EventKind::Reaction { message, emoji, .. } => ("taken back", *message, emoji.to_string()),
        EventKind::About { .. } | EventKind::Unknown => panic!("{event:?}"),
    };
    (event.seq, what, message, text)
}

fn summaries(events: &[Event]) -> Vec<(u64, &'static str, u64, String)> {
    events.iter().map(summary).collect()
}

/// The reactions of a message with the people's names.
fn reactions(event: &Event) -> Vec<(String, Vec<&str>)> {
    let EventKind::Message { reactions, .. } = &event.kind else { panic!("{event:?} is no message") };
    let names = |r: &'_ app::protocol::Reactions| r.emoji.to_string();
    reactions.iter().map(|r| (names(r), r.people.iter().map(|p| p.name.as_str()).collect())).collect()
}

#[tokio::test]
async fn a_change_is_acknowledged_then_sent_to_all() {
    let server = start("").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    for (change, told) in [
        (Change::Edit(1, 1, "coffee"), (2, "edit", 1, "coffee".to_owned())),
        (Change::React(1, "👍"), (3, "reaction", 1, "👍".to_owned())),
        (Change::Unreact(1, "👍"), (4, "taken back", 1, "👍".to_owned())),
        (Change::Edit(1, 2, "cocoa"), (5, "edit", 1, "cocoa".to_owned())),
        (Change::Delete(1, 5), (6, "deletion", 1, String::new())),
    ] {
        let draft = DraftId::fresh();
        assert_eq!(ann.changes_with_draft(draft, change).await, (told.0, false));
        let event = ann.receives_event().await;
        assert_eq!((summary(&event), event.kind.draft()), (told, Some(draft)));
        assert_eq!((event.author.user, event.author.name.as_str()), (ann.user, "Ann"));
        assert_eq!(bob.receives_event().await, event, "everyone hears the same");
    }
}

#[tokio::test]
async fn people_edit_and_delete_only_their_own_messages_and_react_to_all() {
    let server = start("").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    bob.is_denied(Change::Edit(1, 1, "Bob's tea"), ErrorCode::Forbidden).await;
    bob.is_denied(Change::Delete(1, 1), ErrorCode::Forbidden).await;
    assert_eq!(bob.reacts(1, "👍").await, 2);
    assert_eq!(summary(&ann.receives_event().await), (2, "reaction", 1, "👍".into()), "nothing came before");
    assert_eq!(body_of(&server.joins_with_subscription("Eve", "lobby").await.1.events[0]), "tea");
}

#[tokio::test]
async fn a_change_with_an_old_revision_is_stale() {
    let server = start("").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    ann.edits(1, 1, "coffee").await;
    ann.receives_event().await;
    for revision in [0, 1, 3, u64::MAX] {
        ann.is_denied(Change::Edit(1, revision, "cocoa"), ErrorCode::Stale).await;
        ann.is_denied(Change::Delete(1, revision), ErrorCode::Stale).await;
    }
    bob.receives_event().await;
    ann.publishes("marker").await;
    assert_eq!(bob.receives("marker").await.seq, 3);
}

#[tokio::test]
async fn missing_and_deleted_messages_cannot_be_changed() {
    let server = start("").await;
    let (mut ann, _) = ann_and_bob(&server).await;
    ann.changes_many(&[Change::Edit(1, 1, "coffee"), Change::Delete(1, 2)]).await;
    for message in [0, 1, 2, 3, 4, 1 << 53, u64::MAX] {
        ann.is_denied(Change::Edit(message, message, "cocoa"), ErrorCode::NotFound).await;
        ann.is_denied(Change::Delete(message, message), ErrorCode::NotFound).await;
        ann.is_denied(Change::React(message, "👍"), ErrorCode::NotFound).await;
        ann.is_denied(Change::Unreact(message, "👍"), ErrorCode::NotFound).await;
    }
    ann.subscribes("nowhere").await;
    ann.is_denied(Change::React(1, "👍"), ErrorCode::NotFound).await;
    assert_eq!(ann.subscribes("lobby").await.head, 3, "a refusal leaves nothing");
}

#[tokio::test]
async fn a_retried_change_is_harmless_and_another_under_its_draft_a_conflict() {
    let server = start("").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    let [edit, reaction, deletion] = [(); 3].map(|()| DraftId::fresh());
    let steps = [
        (edit, Change::Edit(1, 1, "coffee"), Change::Edit(1, 1, "cocoa")),
        (reaction, Change::React(1, "👍"), Change::React(1, "🎉")),
        (deletion, Change::Delete(1, 2), Change::Delete(1, 1)),
    ];
    for ((draft, change, other), seq) in steps.into_iter().zip(2..) {
        assert_eq!(ann.changes_with_draft(draft, change).await, (seq, false));
        ann.receives_event().await;
        if seq < 4 {
            ann.is_denied_with_draft(draft, other, ErrorCode::Conflict).await;
        }
    }
    for ((draft, change, _), seq) in steps.into_iter().zip(2..) {
        assert_eq!(
            ann.changes_with_draft(draft, change).await,
            (seq, true),
            "long after, though all has changed"
        );
    }
    ann.is_denied_with_draft(deletion, Change::Delete(1, 1), ErrorCode::Conflict).await;
    assert_eq!(ann.publishes("marker").await.seq, 5);
    let received = [
        bob.receives_event().await,
        bob.receives_event().await,
        bob.receives_event().await,
        bob.receives_event().await,
    ];
    assert_eq!(seqs_of(&received), [2, 3, 4, 5]);
}

#[tokio::test]
async fn reactions_per_message_are_limited() {
    let server = start("--max-reactions 2").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    ann.reacts(1, "👍").await;
    bob.receives_event().await;
    bob.reacts(1, "👍").await;
    assert_eq!([ann.receives_event().await.seq, ann.receives_event().await.seq], [2, 3]);
    ann.is_denied(Change::React(1, "🎉"), ErrorCode::TooManyReactions).await;
    assert_eq!(ann.reacts(1, "👍").await, 4, "the same again is no third");
    ann.receives_event().await;
    ann.changes(Change::Unreact(1, "👍")).await;
    ann.receives_event().await;
    assert_eq!(ann.reacts(1, "🎉").await, 6, "there is a place again");
    let seen = server.joins_with_subscription("Eve", "lobby").await.1;
    assert_eq!(reactions(&seen.events[0]), [("🎉".into(), vec!["Ann"]), ("👍".into(), vec!["Bob"])]);
}

#[tokio::test]
async fn one_emoji_is_one_reaction_however_it_is_spelled() {
    let server = start("").await;
    let (mut ann, mut bob) = ann_and_bob(&server).await;
    ann.reacts(1, "❤").await;
    bob.receives_event().await;
    bob.reacts(1, "❤\u{fe0f}").await;
    let seen = server.joins_with_subscription("Eve", "lobby").await.1;
    assert_eq!(reactions(&seen.events[0]), [("❤\u{fe0f}".into(), vec!["Ann", "Bob"])]);
    assert_eq!([ann.receives_event().await.seq, ann.receives_event().await.seq], [2, 3]);
    for none in ["\u{200d}", "👍👎", "5€", "\u{fe0f}", "👍\u{200d}👎"] {
        ann.is_denied(Change::React(1, none), ErrorCode::BadRequest).await;
    }
}

#[tokio::test]
async fn an_edit_is_validated_like_a_message() {
    let server = start("--body-bytes 8").await;
    let (mut ann, _) = ann_and_bob(&server).await;
    ann.is_denied(Change::Edit(1, 1, "nine long"), ErrorCode::TooLarge).await;
    ann.is_denied(Change::Edit(1, 1, " \n "), ErrorCode::Blank).await;
    ann.is_denied(Change::Edit(1, 1, "a\0b"), ErrorCode::BadText).await;
    ann.socket
        .sends_text(&format!(
            r#"{{"type":"react","ref":9,"topic":"lobby","draft":"{}","message":1,"emoji":"yes","on":true}}"#,
            DraftId::fresh()
        ))
        .await;
    ann.receives_error(Some(9), ErrorCode::BadRequest).await;
    ann.edits(1, 1, "a\r\nb").await;
    assert_eq!(summary(&ann.receives_event().await), (2, "edit", 1, "a\nb".into()));
}

/// Returns the events that Bob gets when he resumes after the first one.
async fn changes_bob_missed(settings: &str) -> Vec<(u64, &'static str, u64, String)> {
    let server = start(settings).await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("one").await;
    ann.publishes("two").await;
    let changes = [
        Change::Edit(1, 1, "one, better"),
        Change::Edit(1, 3, "one, best"),
        Change::React(1, "👍"),
        Change::Delete(2, 2),
        Change::Unreact(1, "👍"),
    ];
    ann.changes_many(&changes).await;
    let mut bob = server.connects("Bob").await;
    let answer = bob.resumes("lobby", &seen.epoch, 1).await;
    assert_eq!((answer.mode, answer.head, answer.more), (SubscriptionMode::Resume, 7, false));
    ann.edits(1, 4, "live").await;
    assert_eq!(summary(&bob.receives_event().await), (8, "edit", 1, "live".into()));
    summaries(&answer.events)
}

#[tokio::test]
async fn a_resume_replays_changes_in_order_from_memory_and_from_the_database() {
    let missed = [
        (2, "tombstone", 6, String::new()),
        (3, "edit", 1, "gone".to_owned()),
        (4, "edit", 1, "one, best".to_owned()),
        (5, "reaction", 1, "👍".to_owned()),
        (6, "deletion", 2, String::new()),
        (7, "taken back", 1, "👍".to_owned()),
    ];
    assert_eq!(changes_bob_missed("").await, missed);
    assert_eq!(changes_bob_missed(SMALL_CACHES).await, missed);
}

#[tokio::test]
async fn a_new_subscriber_gets_the_current_state_from_memory_and_from_the_database() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let (mut ann, mut bob) = ann_and_bob(&server).await;
        ann.publishes("two").await;
        ann.publishes("three").await;
        let changes = [Change::Edit(1, 1, "coffee"), Change::Delete(2, 2), Change::React(1, "🎉")];
        ann.changes_many(&changes).await;
        bob.socket.sends_text(r#"{"type":"rename","ref":1,"name":"Robert"}"#).await;
        while !matches!(bob.next().await, app::protocol::ServerFrame::Renamed { .. }) {}
        bob.reacts(1, "🎉").await;
        let seen = server.joins_with_subscription("Eve", "lobby").await.1;
        assert_eq!((seen.mode, seen.head, seen.more), (SubscriptionMode::Tail, 7, false), "{settings}");
        let stand = [
            (1, "message", 4, "coffee".to_owned()),
            (2, "tombstone", 5, String::new()),
            (3, "message", 3, "three".to_owned()),
        ];
        assert_eq!(summaries(&seen.events), stand, "{settings}");
        assert_eq!(reactions(&seen.events[0]), [("🎉".into(), vec!["Ann", "Robert"])], "{settings}");
    }
}

#[tokio::test]
async fn a_tail_counts_messages_only_and_not_reactions() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let mut ann = server.joins("Ann", "lobby").await;
        ann.publishes_many((1..=40).map(|n| format!("message {n}"))).await;
        let reactions: Vec<_> = (0..300)
            .map(|n| if n % 2 == 0 { Change::React(9, "👍") } else { Change::Unreact(9, "👍") })
            .collect();
        ann.changes_many(&reactions).await;
        let seen = server.joins_with_subscription("Eve", "lobby").await.1;
        assert_eq!((seen.head, seen.more), (340, true), "{settings}");
        assert_eq!(seqs_of(&seen.events), (11..=40).collect::<Vec<_>>(), "{settings}");
    }
}

#[tokio::test]
async fn plain_clients_get_no_changes_and_new_ones_no_deleted_messages() {
    for settings in ["", SMALL_CACHES] {
        let server = start(settings).await;
        let mut visitor = server.connects_plain("").await;
        visitor.receives_joined().await;
        let mut ann = server.joins("Ann", "lobby").await;
        ann.publishes("one").await;
        ann.publishes("two").await;
        ann.changes_many(&[Change::Edit(1, 1, "one, better"), Change::React(1, "👍"), Change::Delete(2, 2)])
            .await;
        ann.publishes("three").await;
        for body in ["one", "two", "three"] {
            visitor.receives("Ann", body).await;
        }
        let mut newcomer = server.connects_plain("").await;
        newcomer.receives("Ann", "one, better").await;
        newcomer.receives("Ann", "three").await;
        newcomer.receives_joined().await;
    }
}

/// Whether this text is in any file of the stopped server.
fn is_on_the_disk(ended: &StoppedServer, text: &str) -> bool {
    let files = std::fs::read_dir(ended.folder()).unwrap();
    let bytes: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(bytes.iter().any(|bytes| bytes.len() > 4_096), "there is a database");
    bytes.iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[tokio::test]
async fn a_text_that_was_replaced_or_deleted_is_gone_from_the_disk() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let long = |secret: &str| format!("{secret} {}", "x".repeat(12_000));
    for (n, body) in [(0, "first secret".to_owned()), (1, long("second secret"))] {
        let seq = n * 5 + 1;
        assert_eq!(ann.publishes(&body).await.seq, seq);
        let third = "third secret";
        let fourth = long("fourth secret");
        let edits = [Change::Edit(seq, seq, third), Change::Edit(seq, seq + 1, &fourth)];
        ann.changes_many(&edits).await;
        ann.changes_many(&[Change::Delete(seq, seq + 2)]).await;
        assert_eq!(ann.publishes("public").await.seq, seq + 4);
    }
    drop(ann);
    let ended = server.stops().await;
    assert!(is_on_the_disk(&ended, "public"), "what stays is found, so what is gone would be");
    for secret in ["first secret", "second secret", "third secret", "fourth secret"] {
        assert!(!is_on_the_disk(&ended, secret), "{secret}");
    }
    let server = ended.restarts().await;
    let mut ann = server.connects("Ann").await;
    assert_eq!(bodies_of(&ann.subscribes("lobby").await.events), ["", "public", "", "public"]);
}
