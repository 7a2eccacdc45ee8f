//! Edits and deletions that are refused: of an old revision, of a missing message, with an invalid text.

use app::protocol::{DraftId, ErrorCode};

use super::{ann_and_bob, summary};
use crate::support::{Change, start};

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
