//! Edits, deletions and reactions.

mod catching_up;
mod edits_and_deletions;
mod reactions;

use app::protocol::{DraftId, ErrorCode, Event, EventKind};

use crate::support::{Change, Member, TestServer, body_of, seqs_of, start};

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
        _ => panic!("{event:?} is no message and no change of one"),
    };
    (event.seq, what, message, text)
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
    for (change, expected) in [
        (Change::Edit(1, 1, "coffee"), (2, "edit", 1, "coffee".to_owned())),
        (Change::React(1, "👍"), (3, "reaction", 1, "👍".to_owned())),
        (Change::Unreact(1, "👍"), (4, "taken back", 1, "👍".to_owned())),
        (Change::Edit(1, 2, "cocoa"), (5, "edit", 1, "cocoa".to_owned())),
        (Change::Delete(1, 5), (6, "deletion", 1, String::new())),
    ] {
        let draft = DraftId::fresh();
        assert_eq!(ann.changes_with_draft(draft, change).await, (expected.0, false));
        let event = ann.receives_event().await;
        assert_eq!((summary(&event), event.kind.draft()), (expected, Some(draft)));
        assert_eq!((event.author.user, event.author.name.as_str()), (ann.user, "Ann"));
        assert_eq!(bob.receives_event().await, event, "everyone receives the same");
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
