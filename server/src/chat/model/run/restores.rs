//! Backups, and what becomes of those who knew more than they hold.

use std::path::PathBuf;

use app::protocol::{Epoch, TopicName};
use serde_json::Value;

use super::{super::model_log::ModelLog, CLIENTS, Run};

/// A copy of the database, and the log that it holds.
pub(super) struct Backup {
    file: PathBuf,
    model: ModelLog,
    epoch: Epoch,
}

impl Run {
    pub(super) async fn back_up(&mut self) {
        self.trace(|| "backup".to_owned());
        self.settle(None, false).await;
        let file = self.harness.back_up(self.topic.as_str()).await;
        self.backup = Some(Backup { file, model: self.model.clone(), epoch: self.epoch.clone() });
    }

    /// The server ends, or is killed; the file is the older copy again; the server starts. The mark notices, or whoever
    /// restored it begins an epoch, or nobody does and only the names of events are left.
    pub(super) async fn restore(mut self) -> Self {
        self.settle(None, false).await;
        let Some(Backup { file, model, epoch }) = self.backup.take() else { return self };
        let (killed, by_hand, elsewhere) =
            (self.random.one_in(3), self.random.one_in(3), self.random.one_in(2));
        (0..CLIENTS).for_each(|client| self.disconnect(client));
        let stopped = if killed { self.harness.kill().await } else { self.harness.stop().await };
        let marked = stopped.mark();
        if !killed && self.model.head() > 0 {
            let head = self.model.head();
            assert!(named(&marked, &self.topic).any(|(seq, _)| seq == head), "{head} is not in {marked}");
        }
        let is_there =
            |seq, draft: &Value| model.draft_at(seq).is_some_and(|there| *draft == there.to_string());
        let holds_all = named(&marked, &self.topic).all(|(seq, draft)| is_there(seq, draft));
        let lacks = marked["epoch"] != epoch.0.as_str() || !holds_all;
        stopped.restore(&file, elsewhere);
        if by_hand {
            stopped.begin_epoch().await;
        }
        self.harness = stopped.start().await;
        let begun = self.harness.chat.log().tail(&self.topic, 0).await.unwrap().epoch;
        let is_new = begun != epoch;
        let expected = by_hand || (!elsewhere && lacks);
        assert_eq!(is_new, expected, "killed {killed}, elsewhere {elsewhere}, marked {marked}");
        (self.model, self.epoch, self.is_disturbed) = (model, begun, false);
        // A position of an epoch that came back is as silent as one of an epoch that stayed.
        self.replaced |= !is_new;
        if !is_new {
            // The same draft at the same place would have the same name in both histories (docs/RELIABILITY.md).
            self.operations.forget();
        }
        let (events, epoch) = (self.model.head(), &self.epoch);
        self.trace(|| format!("restored, {events} events, epoch {epoch:?}, by hand {by_hand}"));
        self.settle(None, false).await;
        self
    }
}

/// The topic's events that a mark names.
fn named<'a>(mark: &'a Value, topic: &TopicName) -> impl Iterator<Item = (u64, &'a Value)> {
    let events = mark["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_topic = events.iter().filter(|event| event["topic"] == topic.as_str());
    of_topic.filter_map(|event| Some((event["seq"].as_u64()?, &event["draft"])))
}
