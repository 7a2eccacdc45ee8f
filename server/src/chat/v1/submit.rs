//! Frames that append an event to a topic's log.

use app::protocol::{Body, DraftId, TextError, TopicName};

use super::reply::{reject, reject_append, text_error_code};
use crate::{
    chat::{
        Chat, Frame,
        client_state::{ClientState, PendingAppend},
    },
    endpoint::{ConnectionHandle, HandlerResult},
    event_log::{Action, NewEvent},
};

/// The fields that all these frames have.
pub(super) struct Request {
    pub(super) reference: u64,
    pub(super) topic: TopicName,
    pub(super) draft: DraftId,
}

impl Chat {
    /// Submits an event to the log. The reply is sent after the commit.
    pub(super) async fn submit(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        request: Request,
        action: Result<Action, TextError>,
    ) -> HandlerResult {
        let Request { reference, topic, draft } = request;
        let action = match action {
            Ok(action) => action,
            Err(error) => {
                reject(connection, Some(reference), text_error_code(error), error.to_string());
                return Ok(());
            }
        };
        let follows = action.makes_author_follow();
        let event = NewEvent::new(topic.clone(), client.author(None), draft, action);
        let event = event.from_address(client.address);
        match self.submit_event(event).await {
            Ok(receipt) => client.pending.push_back(PendingAppend {
                reference: Some(reference),
                draft,
                topic,
                follows,
                receipt,
            }),
            Err(error) => reject_append(connection, Some(reference), error),
        }
        Ok(())
    }

    pub(super) fn body(&self, text: String) -> Result<String, TextError> {
        Body::parse(text, self.settings.limits.body_bytes).map(Body::into_string)
    }
}
