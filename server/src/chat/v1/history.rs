//! Reading a topic's history.

use app::protocol::{HistoryRange, ServerFrame, TopicName};

use super::reply::{reject_denied, reject_unreadable, send_page};
use crate::{
    chat::{Chat, Frame, client_state::ClientState, pages},
    endpoint::{ConnectionHandle, HandlerResult},
    event_log::Page,
    rights::Door,
};

impl Chat {
    /// Replies with one page.
    pub(super) async fn history(
        &self,
        connection: &mut ConnectionHandle<Frame>,
        client: &ClientState,
        reference: u64,
        topic: TopicName,
        span: HistoryRange,
        limit: u32,
    ) -> HandlerResult {
        let readable = match self.rights.read(Door::SocketHistory, &client.person(), &topic) {
            Ok(readable) => readable,
            Err(denied) => {
                reject_denied(connection, reference, denied);
                return Ok(());
            }
        };
        let page = match pages::history(&self.log, &readable, span, limit).await {
            Ok(page) => page,
            Err(error) => {
                reject_unreadable(connection, reference, &error);
                return Ok(());
            }
        };
        let Page { epoch, head, from, to, events, .. } = page;
        let page = self.shared_pages.share(events);
        let events = Vec::new();
        let history = ServerFrame::History { reference, topic, epoch, head, from, to, events };
        send_page(connection, &history, &page);
        Ok(())
    }
}
