//! Searches of a member.

use app::protocol::{ClientFrame, ServerFrame};

use super::Member;

impl Member {
    /// Searches all topics, and returns the number of messages found.
    pub async fn finds(&mut self, query: &str) -> usize {
        let reference = self.next_reference();
        let query = query.to_owned();
        self.sends(&ClientFrame::Search {
            reference,
            query,
            topic: None,
            after: None,
            offsets: Vec::new(),
            limit: 30,
        })
        .await;
        match self.next().await {
            ServerFrame::Found { hits, .. } => hits.len(),
            other => panic!("{other:?} answers no search"),
        }
    }
}
