//! The verbs that add an event to a topic's log.

use app::protocol::{Body, DraftId, TextError, TopicName};

use super::answer::{code_of, not_stored, refuse};
use crate::{
    chat::{
        Chat, Frame,
        visitor::{Pending, Visitor},
    },
    endpoint::{Flow, Socket},
    event_log::{Action, NewEvent},
};

/// What all these verbs carry.
pub(super) struct Request {
    pub(super) reference: u64,
    pub(super) topic: TopicName,
    pub(super) draft: DraftId,
}

impl Chat {
    /// Hands an event to the log; the answer comes when it is on the disk.
    pub(super) async fn submit(
        &self,
        socket: &mut Socket<Frame>,
        visitor: &mut Visitor,
        request: Request,
        action: Result<Action, TextError>,
    ) -> Flow {
        let Request { reference, topic, draft } = request;
        let action = match action {
            Ok(action) => action,
            Err(error) => {
                refuse(socket, Some(reference), code_of(error), error.to_string());
                return Ok(());
            }
        };
        let joins = matches!(action, Action::Publish { .. } | Action::Describe { .. });
        let event = NewEvent::new(topic.clone(), visitor.author(None), draft, action);
        let event = event.from_address(visitor.address);
        match self.log.submit(self.worded(event).await).await {
            Ok(answer) => {
                visitor.answers.push_back(Pending { reference: Some(reference), draft, topic, joins, answer })
            }
            Err(error) => not_stored(socket, Some(reference), error),
        }
        Ok(())
    }

    pub(super) fn body(&self, text: String) -> Result<String, TextError> {
        Body::parse(text, self.settings.limits.body_bytes).map(Body::into_string)
    }
}
