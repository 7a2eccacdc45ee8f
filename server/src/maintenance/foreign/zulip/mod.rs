//! Zulip's export: `realm.json` with people, channels and reactions, and `messages-000001.json` and on.
//!
//! <https://zulip.com/help/export-your-organization>, and `zerver/lib/export.py` of Zulip. A topic of a channel becomes a topic.

mod format;
mod markdown;
mod message;
mod realm;

use std::collections::{BTreeMap, HashMap};

use anyhow::ensure;

use super::{
    events::{EventGroup, ForeignTopic, events_of},
    folder::ExportFolder,
    report::{DIRECT_MESSAGES, PRIVATE_MESSAGES, Report},
    store::Importer,
};
use format::{MessageFile, ZulipMessage, milliseconds};
use message::foreign_message;
use realm::{Realm, Recipient, ZulipChannel};

pub(super) const REALM_FILE: &str = "realm.json";
const MESSAGE_FILES: &str = "messages-";
/// Zulip writes this before the name of a topic that somebody marks as resolved, which is the same topic.
const RESOLVED: &str = "✔ ";

/// A topic of a channel: the id of the channel's recipient, and the name, which Zulip compares without case.
type TopicKey = (i64, String);

/// The events of a file by topic, and each topic as its first message describes it.
type TopicEvents = BTreeMap<TopicKey, (ForeignTopic, Vec<EventGroup>)>;

pub(super) async fn import(export: &ExportFolder, importer: &mut Importer<'_>) -> anyhow::Result<()> {
    let mut realm = Realm::read(export, &mut importer.report)?;
    let files = export.files_with_prefix(MESSAGE_FILES)?;
    ensure!(!files.is_empty(), "the export has no {MESSAGE_FILES}000001.json");
    let mut topic_ids: HashMap<TopicKey, i64> = HashMap::new();
    for file in files {
        let MessageFile { messages, reactions } = export.read(&file)?;
        realm.add_reactions(reactions);
        for (key, (topic, groups)) in topics_of(&realm, &file, messages, &mut importer.report)? {
            let id = match topic_ids.get(&key) {
                Some(id) => *id,
                None => importer.topic(&topic).await?,
            };
            topic_ids.insert(key, id);
            importer.store(id, groups).await?;
        }
    }
    Ok(())
}

/// Errors: a message has no valid time.
fn topics_of(
    realm: &Realm,
    file: &str,
    mut messages: Vec<ZulipMessage>,
    report: &mut Report,
) -> anyhow::Result<TopicEvents> {
    messages.sort_by_key(|message| message.id);
    let mut topics = TopicEvents::new();
    for message in &messages {
        let channel = match realm.recipient(message.recipient) {
            Recipient::Public(channel) => channel,
            Recipient::Private => {
                report.note(PRIVATE_MESSAGES);
                continue;
            }
            Recipient::People => {
                report.note(DIRECT_MESSAGES);
                continue;
            }
        };
        let at = milliseconds(message.date_sent);
        ensure!(at.is_some(), "{file}: the message {} has no valid time", message.id);
        let foreign = foreign_message(realm, message, at.unwrap_or_default(), report);
        let Some(events) = events_of(&foreign, report) else { continue };
        let key = (message.recipient, folded(&message.subject));
        let topic = || (foreign_topic(realm, channel, message, foreign.at), Vec::new());
        topics.entry(key).or_insert_with(topic).1.push(events);
    }
    Ok(topics)
}

/// Names a topic in its channel, whatever its case is and whether it is resolved.
fn folded(subject: &str) -> String {
    subject.strip_prefix(RESOLVED).unwrap_or(subject).to_lowercase()
}

fn foreign_topic(realm: &Realm, channel: &ZulipChannel, message: &ZulipMessage, at: i64) -> ForeignTopic {
    let title = match message.subject.trim() {
        "" => channel.name.clone(),
        subject => format!("{} > {subject}", channel.name),
    };
    ForeignTopic {
        key: realm.key(&format!("topic:{}:{}", message.recipient, folded(&message.subject))),
        title,
        description: channel.description.clone(),
        created_at: at,
        creator: realm.zulip(),
    }
}
