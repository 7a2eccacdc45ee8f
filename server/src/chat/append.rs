//! Appending events for a connection: plain frames, and the outcome of an append in either dialect. The frames of
//! `chorus.v1` are in `v1/submit.rs`.

use app::protocol::{Action, Body, DraftId};

use super::{
    Chat, Frame,
    client_state::{ClientState, CompletedAppend, PendingAppend},
    dialect::Dialect,
    plain,
    publish::Admission,
    v1,
};
use crate::{endpoint::ConnectionHandle, event_log::NewEvent, rights::Door};

impl Chat {
    /// Handles a plain frame, which is one message. A refusal is sent to its sender alone.
    pub(super) async fn on_plain(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        text: &str,
    ) {
        let message = plain::parse(text);
        let body = match Body::parse(message.body.to_owned(), self.settings.limits.body_bytes) {
            Ok(body) => body.into_string(),
            Err(error) => return connection.send_text(plain::notice(&format!("Not sent: {error}"))),
        };
        // Draft ids that follow each other in time are neighbours in the index.
        let draft = DraftId::fresh();
        let author = client.author(Some(message.name));
        let action = Action::Publish { body, reply_to: None };
        let admitted =
            self.admit(Door::PlainMessage, &client.person(), &client.topic, action, author, draft).await;
        let event = match admitted {
            Ok(Admission::New(writable)) => NewEvent::new(writable, draft).from_address(client.address),
            // Its draft is a new one.
            Ok(Admission::Retry(_)) => return,
            Err(denied) => return connection.send_text(plain::notice(&format!("Not sent: {denied}"))),
        };
        match self.submit_event(event).await {
            Ok(submitted) => client.pending.push_back(PendingAppend { reference: None, draft, submitted }),
            Err(error) => connection.send_text(plain::notice(&format!("Not sent: {error}"))),
        }
    }

    /// Sends the outcome of an append to the client. The first message or description in a topic makes the author
    /// follow it.
    pub(super) fn finish_append(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &mut ClientState,
        completed: CompletedAppend,
    ) {
        if completed.follows
            && completed.outcome.is_ok()
            && client.session.is_some()
            && client.is_first_write_in(&completed.topic)
        {
            self.follow_as_author(client.user, &client.name, &completed.topic);
        }
        match (client.dialect, &completed.outcome) {
            (Dialect::Plain, Ok(_)) => {}
            (Dialect::Plain, Err(error)) => {
                connection.send_text(plain::notice(&format!("Not sent: {error}")))
            }
            _ => v1::send_outcome(connection, completed),
        }
    }
}
