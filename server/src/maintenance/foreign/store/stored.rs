//! The events of a batch that an earlier import has stored.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    database::BoundedTransaction,
    event_log::entity::event,
    maintenance::{foreign::events::EventGroup, ndjson::BATCH_EVENTS},
};

/// The version of the ids of people of other chats. Those of sessions have version 7.
const IMPORTED_VERSION: usize = 5;

#[derive(Default)]
pub(super) struct StoredDrafts {
    /// The `seq` of each stored event of the topic, by its draft.
    here: HashMap<Uuid, i64>,
    /// Events in other topics: the other chat has moved their message since. The database takes no draft twice.
    elsewhere: HashSet<Uuid>,
}

impl StoredDrafts {
    /// Reads the stored ones of the events of a batch, and of the messages that they reply to.
    pub(super) async fn of(
        transaction: &BoundedTransaction,
        topic_id: i64,
        batch: &[EventGroup],
    ) -> Result<Self, DbErr> {
        let drafts =
            batch.iter().flatten().flat_map(|event| event.reply_to.into_iter().chain([event.line.draft]));
        let drafts: Vec<Uuid> = drafts.collect::<HashSet<_>>().into_iter().collect();
        let mut stored = Self::default();
        for drafts in drafts.chunks(BATCH_EVENTS) {
            // With the topic, SQLite would read all events of the topic instead of the index of drafts.
            let rows: Vec<(Uuid, Uuid, i64, i64)> = event::Entity::find()
                .select_only()
                .columns([
                    event::Column::Draft,
                    event::Column::Author,
                    event::Column::TopicId,
                    event::Column::Seq,
                ])
                .filter(event::Column::Draft.is_in(drafts.iter().copied()))
                .into_tuple()
                .all(transaction)
                .await?;
            for (draft, author, topic, seq) in rows {
                // A person of Chorus may have chosen such a draft.
                let is_imported = author.get_version_num() == IMPORTED_VERSION;
                if is_imported && topic == topic_id {
                    stored.insert(draft, seq);
                } else if is_imported {
                    stored.elsewhere.insert(draft);
                }
            }
        }
        Ok(stored)
    }

    pub(super) fn insert(&mut self, draft: Uuid, seq: i64) {
        self.here.insert(draft, seq);
    }

    pub(super) fn seq(&self, draft: Uuid) -> Option<i64> {
        self.here.get(&draft).copied()
    }

    pub(super) fn is_elsewhere(&self, draft: Uuid) -> bool {
        self.elsewhere.contains(&draft)
    }
}
