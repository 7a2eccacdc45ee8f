//! Looking for messages.

use std::net::IpAddr;

use app::protocol::ServerFrame;
use tracing::error;

use super::reply::{reject, send};
use crate::{
    chat::{Chat, Frame, SearchFailure},
    endpoint::{Flow, Socket},
    event_log::{Hits, QueryError, Search},
};

impl Chat {
    /// Answers with one page of what is found.
    pub(super) async fn on_search(
        &self,
        socket: &mut Socket<Frame>,
        address: IpAddr,
        reference: u64,
        search: Result<Search, QueryError>,
    ) -> Flow {
        let search = match search {
            Ok(search) => search,
            Err(error) => {
                reject(socket, Some(reference), error.code(), error.to_string());
                return Ok(());
            }
        };
        match self.searches.search(address, &search).await {
            Ok(Hits { hits, more, complete }) => {
                let more = more.map(|more| more.to_string());
                send(socket, &ServerFrame::Found { reference, hits, more, complete });
            }
            Err(error) => {
                if let SearchFailure::Unreadable(cause) = &error {
                    error!(%cause, "log.read_failed");
                }
                let (code, retry_ms) = (error.code(), Some(error.retry_ms()));
                let (reference, message) = (Some(reference), error.to_string());
                send(socket, &ServerFrame::Error { reference, code, message, retry_ms });
            }
        }
        Ok(())
    }
}
