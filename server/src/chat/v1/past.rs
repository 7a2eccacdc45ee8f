//! Reading a topic's past.

use app::protocol::{ServerFrame, Span, TopicName};
use tracing::error;

use super::answer::{send, unavailable};
use crate::{
    chat::{
        Chat, Frame,
        subscribe::{LONGEST_TAIL, TAIL_BYTES},
    },
    endpoint::{Flow, Socket},
    log::Page,
};

impl Chat {
    /// Answers with one page, cut at the end that is farther from what was asked for.
    pub(super) async fn past(
        &self,
        socket: &mut Socket<Frame>,
        reference: u64,
        topic: TopicName,
        span: Span,
        limit: u32,
    ) -> Flow {
        let page = match self.log.history(&topic, span, limit.clamp(1, LONGEST_TAIL).into()).await {
            Ok(page) => page,
            Err(error) => {
                error!(%error, "log.read_failed");
                unavailable(socket, Some(reference), "the server cannot read the log just now; try again");
                return Ok(());
            }
        };
        let Page { epoch, head, from, to, events } = page.around_bytes(span, TAIL_BYTES);
        send(socket, &ServerFrame::History { reference, topic, epoch, head, from, to, events });
        Ok(())
    }
}
