//! Restores from backups, and clients that know more than the backup holds.

use std::path::PathBuf;

use app::protocol::{Epoch, Timestamp, TopicName};
use serde_json::Value;

use super::{ModelTopic, Run, TOPICS};

/// A copy of the database, with the model and the epoch of that time.
pub(super) struct ModelBackup {
    file: PathBuf,
    topics: [ModelTopic; TOPICS],
    epoch: Epoch,
}

impl Run {
    pub(super) async fn back_up(&mut self) {
        self.trace(|| "backup".to_owned());
        self.settle(None).await;
        self.learn_times().await;
        let file = self.harness.back_up(self.topics[0].name.as_str()).await;
        self.backup = Some(ModelBackup { file, topics: self.topics.clone(), epoch: self.epoch.clone() });
    }

    /// Reads the times of all events, by which clients tell them from events that are stored after a restore.
    async fn learn_times(&self) {
        for topic in &self.topics {
            let model = &topic.model;
            let seqs: Vec<u64> = (1..=model.head()).collect();
            let events = self.harness.chat.log().at(&topic.readable(), &seqs).await.unwrap();
            assert!(events.iter().all(|event| model.has_time(event.seq, event.at)), "{events:?}");
        }
    }

    /// Stops or kills the server, replaces its file by the backup, and starts it again. The watermark detects the restore,
    /// or the operator begins an epoch, or neither happens and only the drafts and times of events differ.
    pub(super) async fn restore(mut self) -> Self {
        self.settle(None).await;
        let Some(ModelBackup { file, topics, epoch }) = self.backup.take() else { return self };
        let heads = self.heads();
        let is_killed = self.random.one_in(3);
        let begins_epoch = self.random.one_in(3);
        let elsewhere = self.random.one_in(2);
        self.disconnect_all();
        let stopped = if is_killed { self.harness.kill().await } else { self.harness.stop().await };
        let watermark = stopped.watermark();
        if !is_killed && heads != [0; TOPICS] {
            let names_newest = |(ModelTopic { name, .. }, head): (&ModelTopic, u64)| {
                named(&watermark, name).any(|(seq, _)| seq == head)
            };
            assert!(self.topics.iter().zip(heads).any(names_newest), "none of {heads:?} is in {watermark}");
        }
        let holds = |ModelTopic { name, model }: &ModelTopic| {
            named(&watermark, name).all(|(seq, event)| {
                model.draft_at(seq).is_some_and(|draft| event["draft"] == draft.to_string())
                    && model.time_at(seq).is_some_and(|Timestamp(at)| event["at"] == at)
            })
        };
        let holds_all = topics.iter().all(holds);
        let is_unknown = watermark["epoch"] != epoch.0.as_str() || !holds_all;
        stopped.restore(&file, elsewhere);
        if begins_epoch {
            stopped.begin_epoch().await;
        }
        self.harness = stopped.start().await;
        let mut epochs = Vec::new();
        for topic in &topics {
            epochs.push(self.harness.chat.log().tail(&topic.readable(), 0).await.unwrap().epoch);
        }
        assert!(epochs.iter().all(|epoch| *epoch == epochs[0]), "{epochs:?}");
        let epoch_after = epochs.remove(0);
        let is_new = epoch_after != epoch;
        let expected = begins_epoch || (!elsewhere && is_unknown);
        assert_eq!(is_new, expected, "killed {is_killed}, elsewhere {elsewhere}, watermark {watermark}");
        self.topics = topics;
        self.epoch = epoch_after;
        self.is_disturbed = false;
        // Positions cannot tell histories apart if the epoch stayed, or was the backup's again.
        self.is_replaced |= !is_new;
        let epoch = &self.epoch;
        self.trace(|| format!("restored, epoch {epoch:?}, epoch begun {begins_epoch}"));
        self.settle(None).await;
        self
    }
}

/// Returns the events of a topic that the watermark names.
fn named<'a>(watermark: &'a Value, topic: &TopicName) -> impl Iterator<Item = (u64, &'a Value)> {
    let events = watermark["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let of_topic = events.iter().filter(|event| event["topic"] == topic.as_str());
    of_topic.filter_map(|event| Some((event["seq"].as_u64()?, event)))
}
