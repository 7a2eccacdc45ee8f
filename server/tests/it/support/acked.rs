//! Acknowledged drafts, and whether the log still has them.

use std::collections::HashMap;

use app::protocol::{DraftId, Epoch, Event, EventKind};

use super::{Member, soon};

/// The `seq` of each acknowledged draft.
pub type Acked = HashMap<DraftId, u64>;

/// Retries until the draft is stored in the lobby, as a client does. Returns its `seq`.
pub async fn publishes_until_acked(member: &mut Member, draft: DraftId, body: &str) -> u64 {
    let trying = async {
        loop {
            if let Ok(seq) = member.tries_to_publish("lobby", draft, body).await {
                return seq;
            }
            tokio::task::yield_now().await;
        }
    };
    soon("an ack", trying).await
}

/// Receives every event of the lobby, which has this epoch.
pub async fn receives_whole_log(member: &mut Member, epoch: &Epoch) -> Vec<Event> {
    let seen = member.resumes("lobby", epoch, 0).await;
    let mut events = seen.events;
    while (events.len() as u64) < seen.head {
        events.push(member.receives_event().await);
    }
    events
}

/// Asserts that a log has no gap and contains every acknowledged draft once, at the `seq` of its ack. Returns the `seq` of each
/// stored draft.
pub fn assert_contains_acked(log: &[Event], acked: &Acked) -> Acked {
    assert!(log.iter().map(|event| event.seq).eq(1..=log.len() as u64), "a hole");
    let stored: Acked = log.iter().map(|event| (draft_of(event), event.seq)).collect();
    assert_eq!(stored.len(), log.len(), "something is there twice");
    for (draft, seq) in acked {
        assert_eq!(stored.get(draft), Some(seq), "an acknowledged message is where its ack said");
    }
    stored
}

/// Asserts that the lobby's log has no gap and contains every acknowledged draft.
pub async fn assert_nothing_is_lost(reader: &mut Member, acked: &Acked) {
    let epoch = reader.subscribes_with("other", None, 0, true).await.epoch;
    let log = receives_whole_log(reader, &epoch).await;
    assert_contains_acked(&log, acked);
}

fn draft_of(event: &Event) -> DraftId {
    match &event.kind {
        EventKind::Message { draft, .. } => *draft,
        _ => panic!("{event:?} is no message"),
    }
}
