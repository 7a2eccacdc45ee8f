//! A backup is restored without a new epoch, and the log grows past the positions of clients with other events. A position that
//! names its event's draft and time is reset if another event is there now, so that no client merges two histories.

use std::path::Path;

use app::protocol::{DraftId, Epoch, Event, Position, SubscriptionMode};
use serde_json::Value;

use crate::support::{
    Change, Member, SseBlock, StoppedServer, Subscription, TestServer, bodies_of, start_in,
};

const EVENTS: &str = "/api/v1/topics/lobby/events";

/// A server after a restore, and clients' positions from before it.
struct Restored {
    server: TestServer,
    /// Positions on events that are in the backup.
    kept: Vec<Position>,
    /// Positions on events that are not: a message, a reaction, an edit, a deletion. Other events have their `seq`s now.
    lost: Vec<Position>,
}

impl Restored {
    async fn new(settings: &str) -> Self {
        let server = start_in(testing::sqlite(), settings).await;
        let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
        let at = |event: &Event| position(&seen.epoch, event);
        let kept = vec![at(&ann.publishes("kept").await), at(&ann.publishes("kept too").await)];
        ann.leaves().await;
        let ended = server.stops().await;
        let backup = ended.backs_up();

        let server = ended.restarts().await;
        let mut ann = server.joins("Ann", "lobby").await;
        let mut lost = vec![at(&ann.publishes("lost").await)];
        ann.reacts(3, "👍").await;
        lost.push(at(&ann.receives_event().await));
        ann.edits(3, 3, "lost too").await;
        lost.push(at(&ann.receives_event().await));
        ann.changes(Change::Delete(3, 5)).await;
        lost.push(at(&ann.receives_event().await));
        ann.leaves().await;
        let ended = server.stops().await;
        restores_without_watermark(&ended, &backup);

        let server = ended.restarts().await;
        let mut ann = server.joins("Ann", "lobby").await;
        ann.publishes_many((3..=9).map(|n| format!("other {n}"))).await;
        ann.leaves().await;
        Self { server, kept, lost }
    }

    async fn connects(&self, since: &Position) -> (Member, Subscription) {
        let mut bob = self.server.connects("Bob").await;
        let answer = bob.subscribes_with("lobby", Some(since.clone()), 30, true).await;
        (bob, answer)
    }

    /// The first block of a stream from a position.
    async fn streams_events(&self, query: &str, id: &str) -> SseBlock {
        let path = format!("{EVENTS}{query}");
        let mut stream = self.server.browser().streams_events(&path, &[("last-event-id", id)]).await;
        stream.next().await.unwrap()
    }
}

/// Restores a backup as on another machine: without the watermark, only the event that a position names can reveal the restore.
fn restores_without_watermark(ended: &StoppedServer, backup: &Path) {
    ended.restores(backup);
    let _ = std::fs::remove_file(ended.sibling(".mark"));
}

fn position(epoch: &Epoch, event: &Event) -> Position {
    Position::on(epoch.clone(), event)
}

fn id_of(Position { epoch, seq, draft, at }: &Position) -> String {
    format!("{epoch}:{seq}:{}:{}", draft.unwrap(), at.unwrap().0)
}

/// The bodies in the restored log.
fn other() -> Vec<String> {
    let other = (3..=9).map(|n| format!("other {n}"));
    ["kept".to_owned(), "kept too".to_owned()].into_iter().chain(other).collect()
}

/// Options with minimal caches and with the default ones.
const MEMORY: [&str; 2] = ["--hub-ring 1 --recent-topics 1", ""];

#[tokio::test]
async fn a_position_in_another_history_is_reset_over_a_socket() {
    for memory in MEMORY {
        let restored = Restored::new(memory).await;
        for since in &restored.lost {
            let (_, answer) = restored.connects(since).await;
            assert_eq!((answer.mode, answer.head), (SubscriptionMode::Reset, 9), "{since:?}");
            assert_eq!(bodies_of(&answer.events), other());
            let newest = answer.events.last().unwrap();
            assert_eq!(answer.draft, newest.kind.draft(), "it goes on from there");
            assert_eq!(answer.at, Some(newest.at));
        }
        for since in &restored.kept {
            let (_, answer) = restored.connects(since).await;
            assert_eq!(answer.mode, SubscriptionMode::Resume, "{since:?}");
            assert_eq!(bodies_of(&answer.events), other()[since.seq as usize..]);
        }
    }
}

#[tokio::test]
async fn a_position_in_another_history_is_reset_in_a_stream() {
    for memory in MEMORY {
        let restored = Restored::new(memory).await;
        for since in &restored.lost {
            let reset = restored.streams_events("", &id_of(since)).await;
            assert_eq!(reset.event, "reset", "{since:?}");
            let data: Value = serde_json::from_str(&reset.data).unwrap();
            let events: Vec<Event> = serde_json::from_value(data["events"].clone()).unwrap();
            assert_eq!(bodies_of(&events), other());
            let newest = events.last().unwrap();
            assert_eq!(
                reset.id,
                id_of(&position(&since.epoch, newest)),
                "whoever comes back goes on from there"
            );
        }
        for since in &restored.kept {
            let resumed = restored.streams_events("", &id_of(since)).await;
            assert_eq!((resumed.event.as_str(), resumed.id), ("", id_of(since)));
        }
    }
}

#[tokio::test]
async fn a_position_in_another_history_is_reset_by_address() {
    let restored = Restored::new("").await;
    for since in &restored.lost {
        let reset = restored.streams_events(&format!("?after={}", id_of(since)), "").await;
        assert_eq!(reset.event, "reset", "{since:?}");
    }
    let since = &restored.kept[0];
    let resumed = restored.streams_events(&format!("?after={}", id_of(since)), "").await;
    assert_eq!((resumed.event.as_str(), resumed.id), ("", id_of(since)));
}

#[tokio::test]
async fn a_position_in_another_history_is_reset_by_the_api() {
    let restored = Restored::new("").await;
    let messages = "/api/v1/topics/lobby/messages";
    let asks = async |after: &str| restored.server.browser().gets(&format!("{messages}?after={after}")).await;
    let newest = restored.server.browser().gets(messages).await.json();
    for since in &restored.lost {
        let mut answer = asks(&id_of(since)).await.json();
        assert_eq!(answer["reset"].take(), true, "{since:?}");
        assert_eq!((&answer["events"], &answer["draft"]), (&newest["events"], &newest["draft"]));
    }
    for since in &restored.kept {
        let answer = asks(&id_of(since)).await.json();
        assert_eq!((&answer["reset"], &answer["from"]), (&Value::Null, &(since.seq + 1).into()));
        let events: Vec<Event> = serde_json::from_value(answer["events"].clone()).unwrap();
        assert_eq!(bodies_of(&events), other()[since.seq as usize..]);
        let newest = events.last().unwrap();
        let named = (answer["draft"].as_str(), answer["at"].as_u64());
        let draft = newest.kind.draft().unwrap().to_string();
        assert_eq!(named, (Some(draft.as_str()), Some(newest.at.0)), "it goes on from there");
    }
    assert_eq!(asks("3").await.json()["reset"], Value::Null);
    assert_eq!(asks("nonsense").await.status, 400);
}

#[tokio::test]
async fn a_position_without_a_draft_is_compared_by_seq_only() {
    let restored = Restored::new("").await;
    let old = Position { draft: None, at: None, ..restored.lost[0].clone() };
    assert_eq!(restored.connects(&old).await.1.mode, SubscriptionMode::Resume);
    let id = format!("{}:3", old.epoch);
    let resumed = restored.streams_events("", &id).await;
    assert_eq!((resumed.event.as_str(), resumed.id), ("", id));
}

/// A server after a restore without the watermark, in which a retry has stored a draft at its `seq` again, after another event.
/// Returns the position that a client has on this draft's event in the lost history.
async fn retried_after_restore() -> (TestServer, Position) {
    let server = start_in(testing::sqlite(), "").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes("kept").await;
    ann.leaves().await;
    let ended = server.stops().await;
    let backup = ended.backs_up();

    // The client has received the events 2 and 3; the author of 3 has not received its ack.
    let draft = DraftId::fresh();
    let server = ended.restarts().await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("lost").await;
    assert_eq!(ann.publishes_draft("lobby", draft, "retried").await, (3, false));
    let since = position(&seen.epoch, &ann.receives_event().await);
    ann.leaves().await;
    let ended = server.stops().await;
    restores_without_watermark(&ended, &backup);

    let server = ended.restarts().await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes("other").await;
    assert_eq!(ann.publishes_draft("lobby", draft, "retried").await, (3, false));
    ann.receives_event().await;
    ann.publishes("later").await;
    ann.leaves().await;
    (server, since)
}

#[tokio::test]
async fn a_draft_that_is_stored_again_at_its_seq_is_told_apart_by_its_time() {
    let (server, since) = retried_after_restore().await;
    let mut bob = server.connects("Bob").await;
    let answer = bob.subscribes_with("lobby", Some(since.clone()), 30, true).await;
    assert_eq!(answer.mode, SubscriptionMode::Reset);
    assert_eq!(bodies_of(&answer.events), ["kept", "other", "retried", "later"]);

    let mut stream = server.browser().streams_events(EVENTS, &[("last-event-id", &id_of(&since))]).await;
    assert_eq!(stream.next().await.unwrap().event, "reset");
    let messages = format!("/api/v1/topics/lobby/messages?after={}", id_of(&since));
    assert_eq!(server.browser().gets(&messages).await.json()["reset"], true);
    let cursor = format!("/api/v1/topics/lobby/messages?cursor=older:{}", id_of(&since));
    assert_eq!(server.browser().gets(&cursor).await.json()["reset"], true);

    let stored = &answer.events[2];
    let answer = bob.subscribes_with("lobby", Some(position(&since.epoch, stored)), 30, true).await;
    assert_eq!((answer.mode, answer.events.len()), (SubscriptionMode::Resume, 1));
}

/// Clients of older versions do not send the time. Only the watermark, or a new epoch by hand, keeps these from continuing in the
/// other history.
#[tokio::test]
async fn without_a_time_a_draft_that_is_stored_again_at_its_seq_is_taken_for_the_same_event() {
    let (server, since) = retried_after_restore().await;
    let mut bob = server.connects("Bob").await;
    let answer = bob.subscribes_with("lobby", Some(Position { at: None, ..since }), 30, true).await;
    assert_eq!(answer.mode, SubscriptionMode::Resume);
    assert_eq!(bodies_of(&answer.events), ["later"]);
}

#[tokio::test]
async fn a_draft_beyond_the_head_resets_and_before_the_first_event_is_ignored() {
    let restored = Restored::new("").await;
    let draft = Some(DraftId::fresh());
    for seq in [10, 11, 1 << 53] {
        let at = restored.kept[0].at;
        let epoch = restored.kept[0].epoch.clone();
        let (_, answer) = restored.connects(&Position { epoch, seq, draft, at }).await;
        assert_eq!(answer.mode, SubscriptionMode::Reset, "{seq}");
    }
    let (_, answer) = restored.connects(&Position { seq: 0, draft, ..restored.kept[0].clone() }).await;
    assert_eq!((answer.mode, answer.events.len()), (SubscriptionMode::Resume, 9));
}

#[tokio::test]
async fn a_position_on_a_deleted_or_edited_message_stays_valid() {
    for memory in MEMORY {
        let server = start_in(testing::from_environment(), memory).await;
        let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
        let mut positions = Vec::new();
        for body in ["first", "second", "third"] {
            positions.push(position(&seen.epoch, &ann.publishes(body).await));
        }
        ann.edits(1, 1, "changed").await;
        positions.push(position(&seen.epoch, &ann.receives_event().await));
        ann.changes(Change::Delete(1, 4)).await;
        ann.receives_event().await;
        ann.changes(Change::Delete(2, 2)).await;
        ann.receives_event().await;
        for since in positions {
            let mut bob = server.connects("Bob").await;
            let answer = bob.subscribes_with("lobby", Some(since.clone()), 30, true).await;
            assert_eq!(
                (answer.mode, answer.events.len() as u64),
                (SubscriptionMode::Resume, 6 - since.seq),
                "{since:?}"
            );
        }
    }
}

#[tokio::test]
async fn checking_a_draft_in_memory_reads_no_page() {
    let server = start_in(testing::sqlite(), "").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("before").await;
    let since = position(&seen.epoch, &ann.publishes("here").await);
    ann.publishes("after").await;
    let before = server.page_reads();
    let mut bob = server.connects("Bob").await;
    let answer = bob.subscribes_with("lobby", Some(since), 30, true).await;
    assert_eq!((answer.mode, answer.events.len()), (SubscriptionMode::Resume, 1));
    let tail = bob.subscribes("lobby").await;
    assert_eq!(tail.draft, tail.events.last().unwrap().kind.draft());
    assert_eq!(server.page_reads(), before);
}
