//! The random actions of readers of event streams.

use axum::http::StatusCode;

use super::{super::client_view::ClientView, Run, TO_THE_END};

impl Run {
    pub(super) async fn act_on_stream(&mut self, reader: usize) {
        match self.random.below(10) {
            0..3 => {
                let polls = self.polls();
                self.open_stream(reader, polls).await;
            }
            3..5 => self.open_stream_at_false_position(reader).await,
            5..8 => self.readers[reader].receive(),
            8 => self.readers[reader].is_stalled ^= true,
            _ => self.readers[reader].close(),
        }
    }

    /// Opens a stream that is not open, and resumes after the reader's last event.
    pub(super) async fn open_stream(&mut self, reader: usize, polls: u64) {
        if !self.readers[reader].is_open() {
            let since = self.readers[reader].view.as_ref().and_then(ClientView::position);
            let since = self.position_of_some_age(since);
            self.open_stream_since(reader, since, polls).await;
        }
    }

    async fn open_stream_at_false_position(&mut self, reader: usize) {
        let since = self.false_position(self.readers[reader].topic);
        self.open_stream_since(reader, since, TO_THE_END).await;
    }

    async fn open_stream_since(&mut self, reader: usize, since: Option<app::protocol::Position>, polls: u64) {
        self.trace(|| format!("reader {reader} opens since {since:?}, dropped after {polls} polls"));
        let reader = &mut self.readers[reader];
        let refused = reader.open(&self.harness.router, &self.topics, since, &mut self.random, polls).await;
        if self.reads_fail {
            reader.reads_fail();
        }
        let may_refuse = self.reads_fail && refused == Some(StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.is_none() || may_refuse, "refused with {refused:?}");
    }
}
