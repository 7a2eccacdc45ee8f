//! Restores from backups, and clients that know more than the backup holds.

use std::path::PathBuf;

use app::protocol::{Epoch, TopicName};
use serde_json::Value;

use super::{super::model_log::ModelLog, CLIENTS, Run};

/// A copy of the database, with the model and the epoch of that time.
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

    /// Stops or kills the server, replaces its file by the backup, and starts it again. The mark detects the restore,
    /// or the operator begins an epoch, or neither happens and only the drafts of events differ.
    pub(super) async fn restore(mut self) -> Self {
        self.settle(None, false).await;
        let Some(Backup { file, model, epoch }) = self.backup.take() else { return self };
        let is_killed = self.random.one_in(3);
        let begins_epoch = self.random.one_in(3);
        let elsewhere = self.random.one_in(2);
        (0..CLIENTS).for_each(|client| self.disconnect(client));
        let stopped = if is_killed { self.harness.kill().await } else { self.harness.stop().await };
        let mark = stopped.mark();
        if !is_killed && self.model.head() > 0 {
            let head = self.model.head();
            assert!(named(&mark, &self.topic).any(|(seq, _)| seq == head), "{head} is not in {mark}");
        }
        let is_there =
            |seq, draft: &Value| model.draft_at(seq).is_some_and(|there| *draft == there.to_string());
        let holds_all = named(&mark, &self.topic).all(|(seq, draft)| is_there(seq, draft));
        let has_unknown_marks = mark["epoch"] != epoch.0.as_str() || !holds_all;
        stopped.restore(&file, elsewhere);
        if begins_epoch {
            stopped.begin_epoch().await;
        }
        self.harness = stopped.start().await;
        let epoch_after = self.harness.chat.log().tail(&self.topic, 0).await.unwrap().epoch;
        let is_new = epoch_after != epoch;
        let expected = begins_epoch || (!elsewhere && has_unknown_marks);
        assert_eq!(is_new, expected, "killed {is_killed}, elsewhere {elsewhere}, mark {mark}");
        self.model = model;
        self.epoch = epoch_after;
        self.is_disturbed = false;
        // Positions cannot tell histories apart if the epoch stayed, or was the backup's again.
        self.is_replaced |= !is_new;
        if !is_new {
            // The same draft at the same `seq` would name both histories' events alike (docs/RELIABILITY.md).
            self.operations.forget();
        }
        let events = self.model.head();
        let epoch = &self.epoch;
        self.trace(|| format!("restored, {events} events, epoch {epoch:?}, epoch begun {begins_epoch}"));
        self.settle(None, false).await;
        self
    }
}

/// Returns the events of a topic that the mark names.
fn named<'a>(mark: &'a Value, topic: &TopicName) -> impl Iterator<Item = (u64, &'a Value)> {
    let events = mark["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_topic = events.iter().filter(|event| event["topic"] == topic.as_str());
    of_topic.filter_map(|event| Some((event["seq"].as_u64()?, &event["draft"])))
}
