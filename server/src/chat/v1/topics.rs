//! Asking which topics there are.

use app::protocol::ServerFrame;
use tracing::error;

use super::reply::{reject_unavailable, send};
use crate::{
    chat::{Chat, Frame},
    endpoint::{Flow, Socket},
};

impl Chat {
    /// Answers with one page of the directory.
    pub(super) async fn list_topics(
        &self,
        socket: &mut Socket<Frame>,
        reference: u64,
        query: &str,
        skip: u64,
        limit: u32,
    ) -> Flow {
        match self.topics(query, skip, limit).await {
            Ok((topics, more)) => send(socket, &ServerFrame::Topics { reference, topics, more }),
            Err(error) => {
                error!(%error, "log.read_failed");
                reject_unavailable(
                    socket,
                    Some(reference),
                    "the server cannot read the log just now; try again",
                );
            }
        }
        Ok(())
    }
}
