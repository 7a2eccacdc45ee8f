//! The fast append path of SQLite: new messages in known topics, inserted by one prepared statement without any read first.
//!
//! The table's unique indexes enforce the invariants: a position is taken once, and a draft has one position. When they
//! reject the statement, nothing was stored, and the batch goes through `checked_append`.

use std::collections::{HashMap, HashSet};

use app::protocol::{Action, Timestamp, TopicName};
use sea_orm::{DbErr, Value};

use super::{
    Store,
    append_result::{Appended, is_conflict},
    change::mentioned_users,
    drafts::draft_key,
    head_cache::Head,
    row::{RowPosition, row_values},
    sql::{self, StatementSize},
};
use crate::{
    database::{TransactionSql, WriterLease},
    event_log::{NewEvent, Receipt, fingerprint::fingerprint},
};

/// The result of the fast path.
pub(in crate::event_log) enum FastAppend {
    Appended(Appended),
    /// The batch has to go through `checked_append`; nothing of it was stored.
    NeedsChecks(Vec<NewEvent>),
}

/// The positions of a batch.
struct Plan {
    /// In the batch's order.
    positions: Vec<RowPosition>,
    /// The heads of the topics after the batch.
    heads: HashMap<TopicName, Head>,
}

impl Store {
    /// Stores a batch of new messages in topics whose heads are cached, or hands it back.
    pub(in crate::event_log) async fn fast_append(
        &self,
        lease: &mut WriterLease,
        events: Vec<NewEvent>,
    ) -> Result<FastAppend, DbErr> {
        if self.database.is_shared() {
            return Ok(FastAppend::NeedsChecks(events));
        }
        let Some(Plan { positions, heads }) = self.plan(&events) else {
            return Ok(FastAppend::NeedsChecks(events));
        };
        let Some((transaction, values)) = transaction(&events, &positions, &heads) else {
            return Ok(FastAppend::NeedsChecks(events));
        };
        match lease.transact(transaction, values).await {
            Ok(()) => {}
            Err(error) if is_conflict(&error) => {
                self.head_cache.clear();
                return Ok(FastAppend::NeedsChecks(events));
            }
            Err(error) => {
                self.head_cache.clear();
                return Err(error);
            }
        }
        self.head_cache.insert_all(heads.into_iter());
        let outcomes =
            positions.iter().map(|position| Ok(Receipt { seq: position.seq as u64, duplicate: false }));
        let outcomes = outcomes.collect();
        let events = events
            .into_iter()
            .zip(&positions)
            .map(|(event, position)| event.into_event(position.seq as u64, position.at));
        Ok(FastAppend::Appended(Appended { outcomes, events: events.collect(), diverged: Vec::new() }))
    }

    /// Assigns the positions; returns `None` when something has to be read first.
    fn plan(&self, events: &[NewEvent]) -> Option<Plan> {
        let mut heads = self.head_cache.get_all(events.iter().map(|event| &event.topic))?;
        let at = self.now();
        let mut drafts = HashSet::with_capacity(events.len());
        let mut positions = Vec::with_capacity(events.len());
        for event in events {
            let head = heads.get_mut(&event.topic)?;
            let Action::Publish { reply_to, .. } = event.action else { return None };
            let replies_to_nothing = reply_to.is_some_and(|seq| seq == 0 || seq > head.seq as u64);
            if event.refusal.is_some() || replies_to_nothing || !drafts.insert(draft_key(event)) {
                return None;
            }
            positions.push(next_position(head, at));
        }
        let heads = heads.into_iter().map(|(name, head)| (name.clone(), head)).collect();
        Some(Plan { positions, heads })
    }
}

fn next_position(head: &mut Head, at: Timestamp) -> RowPosition {
    head.seq += 1;
    head.messages += 1;
    RowPosition { topic_id: head.topic_id, seq: head.seq, messages: head.messages, at }
}

/// Returns the transaction that inserts the batch, and its values; `None` if no prepared statement is large enough.
fn transaction(
    events: &[NewEvent],
    positions: &[RowPosition],
    heads: &HashMap<TopicName, Head>,
) -> Option<(TransactionSql, Vec<Value>)> {
    let mentions: Vec<[Value; 3]> = events
        .iter()
        .zip(positions)
        .flat_map(|(event, position)| {
            mentioned_users(&event.rendered)
                .map(|user| [user.0.into(), position.topic_id.into(), position.seq.into()])
        })
        .collect();
    let size = StatementSize::of(events.len(), mentions.len())?;
    let mut values = Vec::with_capacity(size.mentions_end());
    for (event, position) in events.iter().zip(positions) {
        let newest = heads.get(&event.topic).is_some_and(|head| head.seq == position.seq);
        values.extend(row_values(*position, event, &fingerprint(event)));
        values.push(newest.into());
    }
    // Unused rows of the statement are NULL, which it skips.
    values.resize(size.events_end(), Value::BigInt(None));
    values.extend(mentions.into_iter().flatten());
    values.resize(size.mentions_end(), Value::BigInt(None));
    Some((sql::append(size), values))
}
