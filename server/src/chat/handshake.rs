//! Whether a connection is let in, and its first state.

use std::{collections::VecDeque, time::Duration};

use app::protocol::{ConnectionId, Name};
use axum::http::StatusCode;
use tokio::time::Instant;

use super::{Chat, client_state::ClientState, dialect::Dialect};
use crate::{
    endpoint::{Handshake, Rejection},
    session::new_user,
};

impl Chat {
    /// Returns the state of a new connection. Errors: the access secret is missing, or the name of the topic is not valid.
    pub(super) fn accept_handshake(&self, handshake: &Handshake) -> Result<ClientState, Rejection> {
        // Before the check, so that a change of the secret after it ends this connection.
        let open_session = self.sessions.open_connection(handshake.session.as_ref()).map(Box::new);
        if !self.access.allows(handshake.session.as_ref(), handshake.bearer.as_deref()) {
            let message =
                "This chat has an access secret: enter it on the page, or send it as a bearer token.";
            return Err(Rejection::new(StatusCode::UNAUTHORIZED, message));
        }
        let network = self.moderation.watch_network(handshake.address).map(Box::new);
        let topic = self.topic_or_default(handshake.topic.as_deref());
        let topic =
            topic.map_err(|error| Rejection::new(StatusCode::BAD_REQUEST, format!("topic: {error}")))?;
        let session = handshake.session.clone();
        let greeting =
            Dialect::AwaitingHello(Instant::now() + Duration::from_secs(self.settings.limits.hello_seconds));
        Ok(ClientState {
            connection: ConnectionId::fresh(),
            dialect: if handshake.protocol.is_some() { greeting } else { Dialect::Plain },
            user: session.as_ref().map_or_else(new_user, |session| session.user),
            name: session.as_ref().map_or_else(Name::anonymous, |session| session.name.clone()),
            open_session,
            session: session.map(Box::new),
            address: handshake.address,
            network,
            topic,
            subscriptions: Vec::new(),
            pending: VecDeque::new(),
            inbox: None,
            written_topics: Vec::new(),
            strikes: 0,
        })
    }
}
