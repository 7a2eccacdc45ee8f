//! Writing to a topic. Every entrance (sockets in both dialects, the API, the forms) renders an event, appends it and makes
//! its author follow the topic through these functions.

use app::protocol::{Name, TopicName, UserId};

use super::Chat;
use crate::event_log::{AppendError, AppendResult, NewEvent, PendingReceipt};

impl Chat {
    /// Renders an event and queues it for the log; returns a future of its receipt. The caller calls
    /// [`follow_as_author`](Chat::follow_as_author) once that is fulfilled.
    pub(super) async fn submit_event(
        &self,
        event: impl Into<NewEvent>,
    ) -> Result<PendingReceipt, AppendError> {
        self.log.submit(self.render_message(event).await).await
    }

    /// Publishes an event and waits until it is on disk. If the author follows the topic by it, a task stores that soon
    /// after.
    pub(crate) async fn publish(&self, event: NewEvent) -> AppendResult {
        let follower = follower(&event);
        let receipt = self.submit_event(event).await?.await?;
        if let Some((user, name, topic)) = follower {
            self.follow_as_author(user, &name, &topic);
        }
        Ok(receipt)
    }

    /// Like [`publish`](Self::publish), and waits until the author follows the topic and has read up to the event, so that
    /// the page which comes next shows it.
    pub(crate) async fn publish_and_read(&self, event: NewEvent) -> AppendResult {
        let follower = follower(&event);
        let receipt = self.submit_event(event).await?.await?;
        if let Some((user, name, topic)) = follower {
            self.follow_and_mark_read(user, &name, &topic, receipt.seq).await;
        }
        Ok(receipt)
    }
}

/// Returns who follows which topic by publishing an event, if anybody does.
fn follower(event: &NewEvent) -> Option<(UserId, Name, TopicName)> {
    let follows = event.action.makes_author_follow();
    follows.then(|| (event.author.user, event.author.name.clone(), event.topic.clone()))
}
