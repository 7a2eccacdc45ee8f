//! The short way into SQLite: new messages in known topics, written by one prepared statement that reads nothing first.
//!
//! What has to hold is left to the table: a place is taken once and a draft has one place. When it refuses, nothing was
//! stored, and the batch takes the long way (`append`), which looks up what is there.

use std::collections::{HashMap, HashSet};

use app::protocol::{Timestamp, TopicName};
use sea_orm::{DbErr, Value};

use super::{
    Store,
    append::{Appended, lost_a_race},
    change::mentioned,
    drafts::key,
    heads::Head,
    row::{Place, values_of},
    sql::{self, Size},
};
use crate::{
    clock::now,
    database::{TransactionSql, WriterLease},
    event_log::{Action, NewEvent, Receipt, fingerprint::fingerprint},
};

/// A batch with a place for each, and how far their topics have come then.
struct Plan {
    /// In the batch's order.
    places: Vec<Place>,
    heads: HashMap<TopicName, Head>,
}

impl Store {
    /// Stores a batch in the short way, or hands it back when it has to take the long one; then nothing was stored.
    pub(in crate::event_log) async fn append_straight(
        &self,
        lease: &mut WriterLease,
        events: Vec<NewEvent>,
    ) -> Result<Result<Appended, Vec<NewEvent>>, DbErr> {
        if self.database.is_shared() {
            return Ok(Err(events));
        }
        let Some(Plan { places, heads }) = self.plan(&events) else { return Ok(Err(events)) };
        let Some((transaction, values)) = transaction(&events, &places, &heads) else {
            return Ok(Err(events));
        };
        match lease.transact(transaction, values).await {
            Ok(()) => {}
            Err(error) if lost_a_race(&error) => {
                self.heads.forget();
                return Ok(Err(events));
            }
            Err(error) => {
                self.heads.forget();
                return Err(error);
            }
        }
        self.heads.moved(heads.into_iter());
        let outcomes = places.iter().map(|place| Ok(Receipt { seq: place.seq as u64, duplicate: false }));
        let outcomes = outcomes.collect();
        let events = events
            .into_iter()
            .zip(&places)
            .map(|(event, place)| event.into_event(place.seq as u64, place.at));
        Ok(Ok(Appended { outcomes, events: events.collect() }))
    }

    /// None when something has to be read first.
    fn plan(&self, events: &[NewEvent]) -> Option<Plan> {
        let mut heads = self.heads.of(events.iter().map(|event| &event.topic))?;
        let (at, mut drafts) = (now(), HashSet::with_capacity(events.len()));
        let mut places = Vec::with_capacity(events.len());
        for event in events {
            let head = heads.get_mut(&event.topic)?;
            let Action::Publish { reply_to, .. } = event.action else { return None };
            let answers_nothing = reply_to.is_some_and(|seq| seq == 0 || seq > head.seq as u64);
            if answers_nothing || !drafts.insert(key(event)) {
                return None;
            }
            places.push(next(head, at));
        }
        let heads = heads.into_iter().map(|(name, head)| (name.clone(), head)).collect();
        Some(Plan { places, heads })
    }
}

/// The next message's place.
fn next(head: &mut Head, at: Timestamp) -> Place {
    head.seq += 1;
    head.messages += 1;
    Place { topic_id: head.topic_id, seq: head.seq, messages: head.messages, at }
}

/// Everything at once, and its values; none where that is too much.
fn transaction(
    events: &[NewEvent],
    places: &[Place],
    heads: &HashMap<TopicName, Head>,
) -> Option<(TransactionSql, Vec<Value>)> {
    let mentions: Vec<[Value; 3]> = events
        .iter()
        .zip(places)
        .flat_map(|(event, place)| {
            mentioned(&event.rendered).map(|user| [user.0.into(), place.topic_id.into(), place.seq.into()])
        })
        .collect();
    let size = Size::of(events.len(), mentions.len())?;
    let mut values = Vec::with_capacity(size.mentions_end());
    for (event, place) in events.iter().zip(places) {
        let newest = heads.get(&event.topic).is_some_and(|head| head.seq == place.seq);
        values.extend(values_of(*place, event, &fingerprint(event)));
        values.push(newest.into());
    }
    values.resize(size.events_end(), Value::BigInt(None));
    values.extend(mentions.into_iter().flatten());
    values.resize(size.mentions_end(), Value::BigInt(None));
    Some((sql::append(size), values))
}
