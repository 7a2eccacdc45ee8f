//! Message search.

use app::protocol::ServerFrame;
use tracing::error;

use super::reply::{reject, reject_denied, send};
use crate::{
    chat::{Chat, Frame, SearchFailure, client_state::ClientState},
    endpoint::{ConnectionHandle, HandlerResult},
    event_log::{Hits, QueryError, Search},
    rights::Door,
};

impl Chat {
    /// Replies with one page of hits.
    pub(super) async fn on_search(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &ClientState,
        reference: u64,
        search: Result<Search, QueryError>,
    ) -> HandlerResult {
        let search = match search {
            Ok(search) => search,
            Err(error) => {
                reject(connection, Some(reference), error.code(), error.to_string());
                return Ok(());
            }
        };
        let scope = match self.rights.scope(Door::SocketSearch, &client.person()) {
            Ok(scope) => scope,
            Err(denied) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
        };
        match self.searches.search(client.address, &scope, &search).await {
            Ok(Hits { hits, more, complete }) => {
                let more = more.map(|more| more.to_string());
                send(connection, &ServerFrame::Found { reference, hits, more, complete });
            }
            Err(error) => {
                if let SearchFailure::Unreadable(cause) = &error {
                    error!(%cause, "log.read_failed");
                }
                let frame = ServerFrame::Error {
                    reference: Some(reference),
                    code: error.code(),
                    message: error.to_string(),
                    retry_ms: Some(error.retry_ms()),
                };
                send(connection, &frame);
            }
        }
        Ok(())
    }
}
