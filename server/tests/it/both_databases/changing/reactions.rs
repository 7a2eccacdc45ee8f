//! Limits and spellings of reactions.

use app::protocol::ErrorCode;

use super::{ann_and_bob, reactions};
use crate::support::{Change, start};

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
