//! The list of topics.

use app::protocol::ServerFrame;

use super::reply::{reject_denied, reject_unreadable, send};
use crate::{
    chat::{Chat, Frame, client_state::ClientState},
    endpoint::{ConnectionHandle, HandlerResult},
    rights::Door,
};

impl Chat {
    /// Replies with one page of the directory.
    pub(super) async fn list_topics(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &ClientState,
        reference: u64,
        query: &str,
        skip: u64,
        limit: u32,
    ) -> HandlerResult {
        let scope = match self.rights.scope(Door::SocketTopics, &client.person()) {
            Ok(scope) => scope,
            Err(denied) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
        };
        match self.topics(&scope, query, skip, limit).await {
            Ok((topics, more)) => send(connection, &ServerFrame::Topics { reference, topics, more }),
            Err(error) => {
                reject_unreadable(connection, reference, &error);
            }
        }
        Ok(())
    }
}
