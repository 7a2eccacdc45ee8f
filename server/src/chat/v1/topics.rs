//! The list of topics.

use app::protocol::ServerFrame;

use super::reply::{reject_unreadable, send};
use crate::{
    chat::{Chat, Frame},
    endpoint::{ConnectionHandle, HandlerResult},
};

impl Chat {
    /// Replies with one page of the directory.
    pub(super) async fn list_topics(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        reference: u64,
        query: &str,
        skip: u64,
        limit: u32,
    ) -> HandlerResult {
        match self.topics(query, skip, limit).await {
            Ok((topics, more)) => send(connection, &ServerFrame::Topics { reference, topics, more }),
            Err(error) => {
                reject_unreadable(connection, reference, &error);
            }
        }
        Ok(())
    }
}
