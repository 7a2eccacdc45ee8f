//! The random requests of a person who uses the API.

use app::protocol::ErrorCode;

use super::{
    super::{
        expected::Expected,
        http_client::{self, HttpReply},
        replies::{HistoryReply, ReadRequest, SearchReply},
    },
    ReplyChannel, Run,
};

/// Requests whose replies are not under test.
const PATHS: [&str; 5] =
    ["/t/T", "/api/v1/topics", "/api/v1/topics/T", "/api/v1/topics/T/members", "/t/T/feed.atom"];

/// A read, and its reply.
pub(super) struct ReceivedRead {
    request: ReadRequest,
    reply: ReadReply,
}

enum ReadReply {
    History(HttpReply<HistoryReply>),
    Search(HttpReply<SearchReply>),
}

impl Run {
    pub(super) async fn act_over_http(&mut self) {
        match self.random.below(4) {
            0..2 => self.submit_over_http().await,
            2 => self.read_over_http().await,
            _ => {
                let topic = self.random_topic();
                let path =
                    PATHS[self.random.below(PATHS.len())].replace('T', self.topics[topic].name.as_str());
                let polls = self.polls();
                http_client::visit(&self.harness.router, &path, polls).await;
            }
        }
    }

    async fn submit_over_http(&mut self) {
        let topic = self.random_topic();
        let operation = self.next_operation(topic, self.http.user);
        let polls = self.polls();
        let name = &self.topics[topic].name;
        self.trace(|| format!("API request in {name}, dropped after {polls} polls: {operation:?}"));
        let router = &self.harness.router;
        let reply = self.http.submit(router, name, operation.draft, &operation.action, polls).await;
        let reply = reply.map_or(ReplyChannel::Dropped, ReplyChannel::Http);
        let reference = self.next_reference();
        self.push_pending(reference, operation, reply);
    }

    async fn read_over_http(&mut self) {
        let request = self.random_read();
        let polls = self.polls();
        let router = &self.harness.router;
        let reply = match &request {
            ReadRequest::History { topic, .. } => {
                let reply = http_client::read(router, &self.topics[*topic].name, &request, polls).await;
                reply.map(ReadReply::History)
            }
            ReadRequest::Search { topic, .. } => {
                let reply = http_client::read(router, &self.topics[*topic].name, &request, polls).await;
                reply.map(ReadReply::Search)
            }
        };
        self.http_reads.extend(reply.map(|reply| ReceivedRead { request, reply }));
    }
}

impl ReceivedRead {
    pub(super) fn check(&self, expected: &Expected<'_>) {
        let (topic, error) = match (&self.request, &self.reply) {
            (request, ReadReply::History(Ok(reply))) => return expected.check_history(request, reply),
            (request, ReadReply::Search(Ok(reply))) => return expected.check_search(request, reply),
            (ReadRequest::History { topic, .. }, ReadReply::History(Err(error))) => (Some(*topic), *error),
            (_, ReadReply::History(Err(error)) | ReadReply::Search(Err(error))) => (None, *error),
        };
        // A topic exists from its first event on.
        let is_missing = topic.is_some_and(|topic| expected.min_heads[topic] == 0);
        let is_right = (is_missing && error == ErrorCode::NotFound)
            || (expected.reads_fail && error == ErrorCode::Unavailable);
        assert!(is_right, "{error:?} for {:?}", self.request);
    }
}
