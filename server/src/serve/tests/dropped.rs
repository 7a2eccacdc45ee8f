//! Requests that are dropped at any moment: each kind, after each number of polls. None keeps a connection, a lock or
//! memory.

use std::{future::poll_fn, pin::pin, task::Poll};

use app::protocol::DraftId;
use axum::{body::BodyDataStream, http::StatusCode};
use futures::StreamExt;
use tokio::task::yield_now;

use super::*;

/// Messages in the lobby: more than one page of events, and more than memory holds.
const MESSAGES: usize = 230;
/// All that is waited for happens within this time.
const SOON: Duration = Duration::from_secs(20);

testing::for_each_database!(
    event_streams_can_be_dropped_at_any_moment,
    pages_can_be_dropped_at_any_moment,
    api_reads_can_be_dropped_at_any_moment,
    searches_can_be_dropped_at_any_moment,
    writes_can_be_dropped_at_any_moment,
    new_sessions_can_be_dropped_at_any_moment,
);

/// Builds the request for one round: with the writer's cookie, under a draft of its own.
type Build = fn(&str, DraftId) -> Request<Body>;

async fn event_streams_can_be_dropped_at_any_moment(place: TestDatabase) {
    let streams: [Build; 3] = [
        |_, _| get("/api/v1/topics/lobby/events?after=0"),
        |_, _| get("/api/v1/topics/lobby/events"),
        |_, _| request(Method::GET, "/api/v1/topics/lobby/events", &[("last-event-id", "other:7")], ""),
    ];
    check(place, &streams).await;
}

async fn pages_can_be_dropped_at_any_moment(place: TestDatabase) {
    let pages: [Build; 7] = [
        |_, _| get("/"),
        |_, _| get("/?q=lob"),
        |_, _| get("/t/lobby"),
        |_, _| get("/t/lobby?before=100"),
        |cookie, _| request(Method::GET, "/t/lobby/77", &[("cookie", cookie)], ""),
        |_, _| get("/t/lobby/feed.atom"),
        |_, _| get("/sitemap.xml"),
    ];
    check(place, &pages).await;
}

async fn api_reads_can_be_dropped_at_any_moment(place: TestDatabase) {
    let reads: [Build; 6] = [
        |_, _| get("/api/v1/topics"),
        |_, _| get("/api/v1/topics/lobby"),
        |_, _| get("/api/v1/topics/lobby/messages"),
        |_, _| get("/api/v1/topics/lobby/messages?around=50"),
        |_, _| get("/api/v1/topics/lobby/members"),
        |cookie, _| request(Method::GET, "/api/v1/memberships", &[("cookie", cookie)], ""),
    ];
    check(place, &reads).await;
}

async fn searches_can_be_dropped_at_any_moment(place: TestDatabase) {
    let searches: [Build; 2] = [|_, _| get("/search?q=word"), |_, _| get("/api/v1/search?q=word")];
    check(place, &searches).await;
}

async fn writes_can_be_dropped_at_any_moment(place: TestDatabase) {
    let writes: [Build; 6] = [
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
    check(place, &writes).await;
}

async fn new_sessions_can_be_dropped_at_any_moment(place: TestDatabase) {
    let sessions: [Build; 3] = [
        |_, _| request(Method::POST, "/api/v1/session", &[], ""),
        |cookie, draft| {
            let name = format!(r#"{{"name":"{}"}}"#, &draft.to_string()[..20]);
            request(Method::POST, "/api/v1/session", &[("cookie", cookie)], &name)
        },
        |_, draft| form("/t/lobby", "", &format!("draft={draft}&name=Eve&message=a+word")),
    ];
    check(place, &sessions).await;
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

/// Drops each of these after one poll, after two, and so on, until it is answered before that.
async fn check(place: TestDatabase, requests: &[Build]) {
    let bench = bench(place).await;
    let cookie = bench.cookie().await;
    let fill = (0..MESSAGES).map(async |_| {
        let headers = [("cookie", cookie.as_str()), ("idempotency-key", &DraftId::fresh().to_string())];
        let message =
            request(Method::POST, "/api/v1/topics/lobby/messages", &headers, r#"{"body":"a word"}"#);
        assert_eq!(bench.answer(message).await.status(), StatusCode::CREATED);
    });
    futures::future::join_all(fill).await;
    for (index, build) in requests.iter().enumerate() {
        for polls in 1.. {
            // Several at once, as when somebody closes all their windows: more than there are connections.
            let all = (0..2 * MAX_READ_CONNECTIONS).map(|_| {
                let request = build(&cookie, DraftId::fresh());
                dropped_after(polls, bench.exchange(request))
            });
            let answered = timeout(SOON, futures::future::join_all(all)).await;
            let answered = answered.unwrap_or_else(|_| panic!("request {index} with {polls} polls"));
            timeout(SOON, bench.is_free())
                .await
                .unwrap_or_else(|_| panic!("request {index} after {polls} polls keeps something"));
            if answered.into_iter().all(|answered| answered) {
                break;
            }
        }
    }
    assert_eq!(bench.answer(get("/t/lobby")).await.status(), StatusCode::OK);
}

/// Polls a future so often, then drops it. `true`: it was ready before that.
async fn dropped_after(polls: u64, future: impl Future) -> bool {
    let (mut future, mut polled) = (pin!(future), 0);
    poll_fn(|cx| {
        polled += 1;
        let ready = future.as_mut().poll(cx).map(|_| true);
        if ready.is_pending() && polled >= polls { Poll::Ready(false) } else { ready }
    })
    .await
}

impl Bench {
    /// Sends a request, and takes its whole answer; of an event stream, all that has happened.
    async fn exchange(&self, request: Request<Body>) {
        let live = request.uri().path().ends_with("/events");
        let answer = self.answer(request).await;
        let status = answer.status();
        assert!(status.is_success() || status.is_redirection(), "{status}");
        let mut body = answer.into_body().into_data_stream();
        if live { read_live(&mut body).await } else { while body.next().await.is_some() {} }
    }

    /// Waits until nothing is held: a connection, a subscription, a place, a read.
    async fn is_free(&self) {
        drop(self.all_readers().await);
        drop(self.database.begin().await.expect("the connection that writes is free"));
        let (chat, log) = (&self.state.chat, &self.state.log);
        while chat.subscribed_topics() > 0
            || log.reads_in_flight() > 0
            || self.state.connections.available_permits() < self.state.settings.limits.max_connections
        {
            yield_now().await;
        }
    }
}

/// Reads what a stream begins with, and then up to the newest message, if it begins before that.
async fn read_live(body: &mut BodyDataStream) {
    let newest = format!("\"seq\":{MESSAGES},");
    let mut text = String::new();
    while let Some(Ok(bytes)) = body.next().await {
        text += &String::from_utf8_lossy(&bytes);
        let resumes = text.contains(":0\n");
        if text.ends_with("\n\n") && (!resumes || text.contains(&newest)) {
            return;
        }
    }
}
