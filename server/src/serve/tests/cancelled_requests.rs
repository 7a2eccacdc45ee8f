//! Cancellation safety: requests of each kind are dropped after each number of polls. None may leak a connection, a lock or
//! memory.

use app::protocol::DraftId;
use axum::{body::BodyDataStream, http::StatusCode};
use futures::StreamExt;
use tokio::task::yield_now;

use super::*;

/// Messages in the lobby: more than one page of events, and more than the caches hold.
const MESSAGE_COUNT: usize = 230;
/// More requests than there are connections, as when a person closes all their windows.
const REQUESTS_AT_ONCE: u64 = 2 * MAX_READ_CONNECTIONS as u64;
/// The timeout of each wait.
const TIMEOUT: Duration = Duration::from_secs(20);

testing::for_each_database!(
    event_streams_can_be_dropped_at_any_moment,
    pages_can_be_dropped_at_any_moment,
    api_reads_can_be_dropped_at_any_moment,
    searches_can_be_dropped_at_any_moment,
    writes_can_be_dropped_at_any_moment,
    new_sessions_can_be_dropped_at_any_moment,
);

/// Builds a request with the writer's cookie and a new draft id.
type BuildRequest = fn(&str, DraftId) -> Request<Body>;

async fn event_streams_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let streams: [BuildRequest; 3] = [
        |_, _| get("/api/v1/topics/lobby/events?after=0"),
        |_, _| get("/api/v1/topics/lobby/events"),
        |_, _| request(Method::GET, "/api/v1/topics/lobby/events", &[("last-event-id", "other:7")], ""),
    ];
    check(test_database, &streams).await;
}

async fn pages_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let pages: [BuildRequest; 7] = [
        |_, _| get("/"),
        |_, _| get("/?q=lob"),
        |_, _| get("/t/lobby"),
        |_, _| get("/t/lobby?before=100"),
        |cookie, _| request(Method::GET, "/t/lobby/77", &[("cookie", cookie)], ""),
        |_, _| get("/t/lobby/feed.atom"),
        |_, _| get("/sitemap.xml"),
    ];
    check(test_database, &pages).await;
}

async fn api_reads_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let reads: [BuildRequest; 6] = [
        |_, _| get("/api/v1/topics"),
        |_, _| get("/api/v1/topics/lobby"),
        |_, _| get("/api/v1/topics/lobby/messages"),
        |_, _| get("/api/v1/topics/lobby/messages?around=50"),
        |_, _| get("/api/v1/topics/lobby/members"),
        |cookie, _| request(Method::GET, "/api/v1/memberships", &[("cookie", cookie)], ""),
    ];
    check(test_database, &reads).await;
}

async fn searches_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let searches: [BuildRequest; 2] = [|_, _| get("/search?q=word"), |_, _| get("/api/v1/search?q=word")];
    check(test_database, &searches).await;
}

async fn writes_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let writes: [BuildRequest; 6] = [
        |cookie, draft| {
            let headers = [("cookie", cookie), ("idempotency-key", &draft.to_string())];
            request(Method::POST, "/api/v1/topics/lobby/messages", &headers, r#"{"body":"a word"}"#)
        },
        |cookie, draft| {
            let headers = [("cookie", cookie), ("idempotency-key", &draft.to_string())];
            request(Method::PUT, "/api/v1/topics/lobby/messages/1/reactions/%F0%9F%91%8D", &headers, "")
        },
        |cookie, _| request(Method::PUT, "/api/v1/topics/lobby/read", &[("cookie", cookie)], r#"{"seq":9}"#),
        |cookie, _| {
            let following = r#"{"follow":"following"}"#;
            request(Method::PUT, "/api/v1/topics/lobby/membership", &[("cookie", cookie)], following)
        },
        |cookie, draft| form("/t/lobby", cookie, &format!("draft={draft}&name=Ann&message=a+word")),
        |cookie, draft| form("/topics", cookie, &format!("draft={draft}&title=t&name=t-{draft}")),
    ];
    check(test_database, &writes).await;
}

async fn new_sessions_can_be_dropped_at_any_moment(test_database: TestDatabase) {
    let sessions: [BuildRequest; 3] = [
        |_, _| request(Method::POST, "/api/v1/session", &[], ""),
        |cookie, draft| {
            let name = format!(r#"{{"name":"{}"}}"#, &draft.to_string()[..20]);
            request(Method::POST, "/api/v1/session", &[("cookie", cookie)], &name)
        },
        |_, draft| form("/t/lobby", "", &format!("draft={draft}&name=Eve&message=a+word")),
    ];
    check(test_database, &sessions).await;
}

fn form(path: &str, cookie: &str, fields: &str) -> Request<Body> {
    let headers = [
        ("cookie", cookie),
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "http://localhost"),
        ("sec-fetch-site", "same-origin"),
    ];
    request(Method::POST, path, &headers, fields)
}

/// Drops each request after each number of polls, and expects it to succeed when it is not dropped.
async fn check(test_database: TestDatabase, requests: &[BuildRequest]) {
    let server = start(test_database).await;
    let cookie = server.fill().await;
    for (index, build) in requests.iter().enumerate() {
        let build = |_| build(&cookie, DraftId::fresh());
        let succeeds = |status: StatusCode| status.is_success() || status.is_redirection();
        server.drop_after_each_poll(&format!("request {index}"), build, succeeds).await;
    }
    assert_eq!(server.send(get("/t/lobby")).await.status(), StatusCode::OK);
}

impl InProcessServer {
    /// Fills the lobby with messages. Returns the cookie of their author.
    pub(super) async fn fill(&self) -> String {
        let cookie = self.cookie().await;
        let messages = (0..MESSAGE_COUNT).map(async |_| {
            let headers =
                [ACCESS, ("cookie", cookie.as_str()), ("idempotency-key", &DraftId::fresh().to_string())];
            let message =
                request(Method::POST, "/api/v1/topics/lobby/messages", &headers, r#"{"body":"a word"}"#);
            assert_eq!(self.send(message).await.status(), StatusCode::CREATED);
        });
        futures::future::join_all(messages).await;
        cookie
    }

    /// Drops requests after one poll, after two, and so on, until they complete before that. `build` gets a number that differs
    /// from request to request.
    pub(super) async fn drop_after_each_poll(
        &self,
        name: &str,
        build: impl Fn(u64) -> Request<Body>,
        is_expected: fn(StatusCode) -> bool,
    ) {
        for polls in 1.. {
            let all = (0..REQUESTS_AT_ONCE).map(|n| {
                let request = build(polls * REQUESTS_AT_ONCE + n);
                testing::poll_times(polls, self.exchange(request))
            });
            let completed = timeout(TIMEOUT, futures::future::join_all(all)).await;
            let completed = completed.unwrap_or_else(|_| panic!("{name} with {polls} polls"));
            timeout(TIMEOUT, self.wait_until_idle())
                .await
                .unwrap_or_else(|_| panic!("{name} after {polls} polls leaks something"));
            let unexpected = completed.iter().flatten().find(|status| !is_expected(**status));
            assert_eq!(unexpected, None, "{name} with {polls} polls");
            if completed.iter().all(Option::is_some) {
                break;
            }
        }
    }

    /// Sends a request and reads the whole response; of an event stream, up to the newest message.
    async fn exchange(&self, request: Request<Body>) -> StatusCode {
        let is_event_stream = request.uri().path().ends_with("/events");
        let answer = self.send(request).await;
        let status = answer.status();
        let mut body = answer.into_body().into_data_stream();
        if is_event_stream {
            read_event_stream(&mut body).await;
        } else {
            while body.next().await.is_some() {}
        }
        status
    }

    /// Waits until all resources are released: connections, subscriptions, permits and reads.
    async fn wait_until_idle(&self) {
        drop(self.take_read_connections().await);
        drop(self.database.begin().await.expect("the write connection is free"));
        let chat = &self.state.chat;
        let log = &self.state.log;
        while chat.subscribed_topics() > 0
            || log.reads_in_flight() > 0
            || self.state.connections.available_permits() < self.state.settings.limits.max_connections
        {
            yield_now().await;
        }
    }
}

/// Reads the first event of a stream, and then up to the newest message if the stream resumes before that.
async fn read_event_stream(body: &mut BodyDataStream) {
    let newest = format!("\"seq\":{MESSAGE_COUNT},");
    let mut text = String::new();
    while let Some(Ok(bytes)) = body.next().await {
        text += &String::from_utf8_lossy(&bytes);
        let resumes = text.contains(":0\n");
        if text.ends_with("\n\n") && (!resumes || text.contains(&newest)) {
            return;
        }
    }
}
