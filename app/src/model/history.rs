//! Loads the history of a topic: one request at a time, the latest request first.

use crate::protocol::{ClientFrame, HistoryRange, TopicName};

/// The number of messages of one request.
const PAGE_SIZE: u32 = 50;

/// The range to load next, and the request in flight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryLoader {
    wanted: Option<HistoryRange>,
    in_flight: Option<(u64, HistoryRange)>,
}

impl HistoryLoader {
    /// Requests a range. It replaces a range that was not sent yet.
    pub fn request(&mut self, span: HistoryRange) {
        if self.in_flight.is_none_or(|(_, requested)| requested != span) {
            self.wanted = Some(span);
        }
    }

    /// Returns the frame for the requested range. Returns `None` while another request is in flight.
    pub fn next_request(
        &mut self,
        topic: &TopicName,
        reference: impl FnOnce() -> u64,
    ) -> Option<ClientFrame> {
        if self.in_flight.is_some() {
            return None;
        }
        let span = self.wanted.take()?;
        let reference = reference();
        self.in_flight = Some((reference, span));
        Some(ClientFrame::History { reference, topic: topic.clone(), span, limit: PAGE_SIZE })
    }

    /// Whether a request is in flight.
    pub fn is_loading(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Ends the request. Returns `false` for a reply to another request.
    pub fn answered(&mut self, reference: u64) -> bool {
        self.in_flight.take_if(|(request, _)| *request == reference).is_some()
    }

    /// Ends a refused request. When the error can be retried, the range is requested again unless another one is by now.
    pub fn refused(&mut self, reference: u64, retryable: bool) {
        let refused = self.in_flight.take_if(|(request, _)| *request == reference);
        let again = refused.filter(|_| retryable).map(|(_, span)| span);
        self.wanted = self.wanted.or(again);
    }

    /// Moves the request in flight back to the queue when the connection is lost.
    pub fn disconnected(&mut self) {
        self.wanted = self.wanted.or(self.in_flight.take().map(|(_, span)| span));
        self.in_flight = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(loader: &mut HistoryLoader, reference: u64) -> Option<HistoryRange> {
        loader.next_request(&"lobby".parse().unwrap(), || reference).map(|frame| match frame {
            ClientFrame::History { span, .. } => span,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn one_range_is_requested_at_a_time() {
        let mut loader = HistoryLoader::default();
        assert_eq!(next(&mut loader, 1), None);
        loader.request(HistoryRange::Before(9));
        assert_eq!(next(&mut loader, 1), Some(HistoryRange::Before(9)));
        loader.request(HistoryRange::After(3));
        assert_eq!(next(&mut loader, 2), None);
        assert!(!loader.answered(2) && loader.is_loading());
        assert!(loader.answered(1) && !loader.is_loading());
        assert_eq!(next(&mut loader, 3), Some(HistoryRange::After(3)));
        loader.request(HistoryRange::After(3));
        assert!(loader.answered(3));
        assert_eq!(next(&mut loader, 4), None);
    }

    #[test]
    fn a_range_is_requested_again_after_a_lost_connection_or_a_retryable_error() {
        let mut loader = HistoryLoader::default();
        loader.request(HistoryRange::Before(9));
        next(&mut loader, 1);
        loader.disconnected();
        assert_eq!(next(&mut loader, 2), Some(HistoryRange::Before(9)));
        loader.refused(2, true);
        assert_eq!(next(&mut loader, 3), Some(HistoryRange::Before(9)));
        loader.refused(3, false);
        assert_eq!(next(&mut loader, 4), None);
    }
}
