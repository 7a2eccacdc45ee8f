//! Reading a topic's past.

use app::protocol::{ServerFrame, Span, TopicName};
use tracing::error;

use super::answer::{send, unavailable};
use crate::{
    chat::{Chat, Frame, reading},
    endpoint::{Flow, Socket},
    log::Page,
};

impl Chat {
    /// Answers with one page.
    pub(super) async fn past(
        &self,
        socket: &mut Socket<Frame>,
        reference: u64,
        topic: TopicName,
        span: Span,
        limit: u32,
    ) -> Flow {
        let page = match reading::past(&self.log, &topic, span, limit).await {
            Ok(page) => page,
            Err(error) => {
                error!(%error, "log.read_failed");
                unavailable(socket, Some(reference), "the server cannot read the log just now; try again");
                return Ok(());
            }
        };
        let Page { epoch, head, from, to, events } = page;
        send(socket, &ServerFrame::History { reference, topic, epoch, head, from, to, events });
        Ok(())
    }
}
