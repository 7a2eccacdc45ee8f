//! Frames that append an event to a topic's log.

use app::protocol::{Action, ActionFrame, Body, ErrorCode};

use super::reply::{reject, reject_append, reject_denied, send_outcome, text_error_code};
use crate::{
    chat::{
        Admission, Chat, Frame,
        client_state::{ClientState, CompletedAppend, PendingAppend},
    },
    endpoint::{ConnectionHandle, HandlerResult},
    event_log::NewEvent,
    markup::normalize_reaction,
    rights::Door,
};

impl Chat {
    /// Submits an action to the log. The reply is sent after the commit.
    pub(super) async fn submit(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        frame: ActionFrame,
    ) -> HandlerResult {
        let ActionFrame { reference, topic, draft, action } = frame;
        let action = match self.checked(action) {
            Ok(action) => action,
            Err((code, message)) => {
                reject(connection, Some(reference), code, message);
                return Ok(());
            }
        };
        let author = client.author(None);
        let person = client.person();
        let event = match self.admit(Door::SocketAction, &person, &topic, action, author, draft).await {
            Ok(Admission::New(writable)) => NewEvent::new(writable, draft).from_address(client.address),
            Ok(Admission::Retry(receipt)) => {
                if let Some(cursor) = client.cursor(&topic) {
                    cursor.acked(receipt.seq);
                }
                let reference = Some(reference);
                let outcome = Ok(receipt);
                send_outcome(
                    connection,
                    CompletedAppend { reference, draft, topic, follows: false, outcome },
                );
                return Ok(());
            }
            Err(denied) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
        };
        match self.submit_event(event).await {
            Ok(submitted) => {
                client.pending.push_back(PendingAppend { reference: Some(reference), draft, submitted });
            }
            Err(error) => reject_append(connection, Some(reference), error),
        }
        Ok(())
    }

    /// Checks the text of an action, and gives a reaction its one spelling.
    fn checked(&self, mut action: Action) -> Result<Action, (ErrorCode, String)> {
        if let Some(body) = action.body_mut() {
            let checked = Body::parse(std::mem::take(body), self.settings.limits.body_bytes);
            *body = checked.map_err(|error| (text_error_code(error), error.to_string()))?.into_string();
        }
        if let Action::React { emoji, .. } = &mut action {
            let normal = normalize_reaction(emoji);
            *emoji = normal.map_err(|error| (ErrorCode::BadRequest, error.to_string()))?;
        }
        Ok(action)
    }
}
