//! Writing to a topic. Every entrance (sockets in both dialects, the API, the forms) renders an event, appends it and makes
//! its author follow the topic through these functions.

use app::protocol::{Action, Author, DraftId, TopicName};
use tracing::warn;

use super::Chat;
use crate::{
    event_log::{AppendError, AppendResult, NewEvent, PendingReceipt, Receipt},
    rights::{Denied, Door, Permission, Person, Writable},
};

/// An event in the commit queue.
pub(super) struct Submitted {
    pub(super) topic: TopicName,
    /// Whether the author follows the topic once the event is on disk.
    pub(super) follows: bool,
    pub(super) receipt: PendingReceipt,
}

/// The answer of a door to an author who is not refused.
pub(crate) enum Admission {
    /// The event may be appended.
    New(Writable),
    /// The event was stored before its author was banned or muted, and is acknowledged again.
    Retry(Receipt),
}

impl Chat {
    /// Asks a door whether an author may append an event. Nothing is read for an author who may begin topics.
    pub(crate) async fn admit(
        &self,
        door: Door,
        person: &Person,
        topic: &TopicName,
        action: Action,
        author: Author,
        draft: DraftId,
    ) -> Result<Admission, Denied> {
        let user = author.user;
        let permission = Permission::of(&action);
        let (denied, action) = match self.rights.write_or_return(door, person, topic, action, author) {
            Ok(writable) => {
                self.require_begun(door, person, topic, permission).await?;
                return Ok(Admission::New(writable));
            }
            Err(refused) => refused,
        };
        if !denied.is_sanction() {
            return Err(denied);
        }
        let receipt = self.log.receipt(topic, user, draft, &action).await.unwrap_or_else(|error| {
            warn!(%error, "log.receipt_unread");
            None
        });
        receipt.map(Admission::Retry).ok_or(denied)
    }

    /// Asks whether somebody who may write in a topic may also begin it, if nobody has: the first message begins it. Everybody may write
    /// in the default topic.
    async fn require_begun(
        &self,
        door: Door,
        person: &Person,
        topic: &TopicName,
        permission: Permission,
    ) -> Result<(), Denied> {
        if permission != Permission::Publish || *topic == self.settings.default_topic {
            return Ok(());
        }
        let Err(denied) = self.rights.may_begin(person, topic) else { return Ok(()) };
        let readable = self.rights.read(door, person, topic)?;
        match self.log.head(&readable).await {
            Ok(0) => Err(denied),
            // What cannot be read cannot be written either.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Renders an event and queues it for the log. The caller waits for the receipt, and makes the author follow the topic
    /// if the event asks for it.
    pub(super) async fn submit_event(&self, event: impl Into<NewEvent>) -> Result<Submitted, AppendError> {
        let event = self.render_message(event).await;
        let topic = event.topic().clone();
        let follows = event.action().makes_author_follow();
        if follows {
            self.typing.finish(&topic, event.author().user);
        }
        let receipt = self.log.submit(event).await?;
        Ok(Submitted { topic, follows, receipt })
    }

    /// Publishes an event and waits until it is on disk. If the author follows the topic by it, a task stores that soon
    /// after.
    pub(crate) async fn publish(&self, event: NewEvent) -> AppendResult {
        let author = event.author().clone();
        let Submitted { topic, follows, receipt } = self.submit_event(event).await?;
        let receipt = receipt.await?;
        if follows {
            self.follow_as_author(author.user, &author.name, &topic);
        }
        Ok(receipt)
    }

    /// Like [`publish`](Self::publish), and waits until the author follows the topic and has read up to the event, so that
    /// the page which comes next shows it.
    pub(crate) async fn publish_and_read(&self, event: NewEvent) -> AppendResult {
        let author = event.author().clone();
        let Submitted { topic, follows, receipt } = self.submit_event(event).await?;
        let receipt = receipt.await?;
        if follows {
            self.follow_and_mark_read(author.user, &author.name, &topic, receipt.seq).await;
        }
        Ok(receipt)
    }
}
