//! Looking for messages.

use app::protocol::{ServerFrame, TopicName};
use tracing::error;

use super::answer::{refuse, send, unavailable};
use crate::{
    chat::{Chat, Frame},
    endpoint::{Flow, Socket},
    log::{Hits, Search},
};

impl Chat {
    /// Answers with one page of what is found.
    pub(super) async fn on_search(
        &self,
        socket: &mut Socket<Frame>,
        reference: u64,
        query: &str,
        topic: Option<TopicName>,
        after: Option<&str>,
        limit: u32,
    ) -> Flow {
        let search = match Search::parse(query, topic, after, limit) {
            Ok(search) => search,
            Err(error) => {
                refuse(socket, Some(reference), error.code(), error.to_string());
                return Ok(());
            }
        };
        match self.log.search(&search).await {
            Ok(Hits { hits, more }) => {
                let more = more.map(|more| more.to_string());
                send(socket, &ServerFrame::Found { reference, hits, more });
            }
            Err(error) => {
                error!(%error, "log.read_failed");
                unavailable(socket, Some(reference), "the server cannot read the log just now; try again");
            }
        }
        Ok(())
    }
}
