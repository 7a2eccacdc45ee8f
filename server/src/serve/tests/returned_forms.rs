//! Forms that meet a database that does not answer are returned with their text.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::{
    body::{Bytes, to_bytes},
    http::StatusCode,
};
use futures::stream;
use sea_orm::ConnectionTrait;

use super::*;
use crate::rate_limiter::{KeyedRateLimiter, Rate};

const DRAFT: &str = "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
/// More bytes than any page of this test has.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Each form with its text.
const FORMS: [(&str, &str); 3] = [
    ("/t/tea", "draft=DRAFT&name=Ann&message=a+word"),
    ("/topics", "draft=DRAFT&title=Tea&name=tea&description=a+word"),
    ("/access", "secret=open-sesame&topic=tea&draft=DRAFT&message=a+word"),
];

/// Posts a form, which must be answered with 503, and returns the page.
async fn unavailable(server: &InProcessServer, path: &str, fields: &str) -> String {
    refused(server, path, fields, "http://localhost", StatusCode::SERVICE_UNAVAILABLE).await
}

/// Posts a form from a page of `origin`, and returns the page of the refusal.
async fn refused(
    server: &InProcessServer,
    path: &str,
    fields: &str,
    origin: &str,
    status: StatusCode,
) -> String {
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", origin)];
    let response = server.send(request(Method::POST, path, &headers, &fields.replace("DRAFT", DRAFT))).await;
    assert_eq!(response.status(), status, "{path}");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store, no-transform", "{path}");
    assert!(response.headers().contains_key(header::RETRY_AFTER), "{path}");
    let page = to_bytes(response.into_body(), MAX_RESPONSE_BYTES).await.unwrap();
    String::from_utf8(page.into()).unwrap()
}

/// Asserts that a page has a form for this path with the text and the draft.
fn returns(page: &str, path: &str) {
    assert!(page.contains(&format!("action=\"{path}\"")), "{page}");
    assert!(page.contains("a word") && page.contains(DRAFT), "{page}");
    assert!(!page.contains("open-sesame"), "the secret is not written into a page: {page}");
}

#[tokio::test]
async fn a_failed_grant_returns_the_form_that_was_posted_before() {
    let server = start_with(testing::sqlite(), "--access-secret open-sesame").await;
    let fault = "CREATE TRIGGER fault BEFORE UPDATE ON session BEGIN SELECT RAISE(ABORT, 'fault'); END";
    server.database.write().execute_unprepared(fault).await.unwrap();
    let entering = "secret=open-sesame&next=/t/tea&draft=DRAFT";
    for unsent in ["topic=tea&name=Ann&message=a+word", "title=a+word&name=tea&description=green"] {
        let page = unavailable(&server, "/access", &format!("{entering}&{unsent}")).await;
        returns(&page, "/access");
        assert!(page.contains("value=\"/t/tea\"") && page.contains("name=\"secret\""), "{page}");
    }
}

#[tokio::test]
async fn forms_are_returned_when_no_session_can_be_read() {
    let server = start(testing::sqlite()).await;
    server.database.write().execute_unprepared("ALTER TABLE session RENAME TO gone").await.unwrap();
    for (path, fields) in FORMS {
        returns(&unavailable(&server, path, fields).await, path);
    }
}

#[tokio::test]
async fn a_new_topic_is_returned_when_the_directory_cannot_be_read() {
    let server = start(testing::sqlite()).await;
    server.database.write().execute_unprepared("ALTER TABLE topic RENAME TO gone").await.unwrap();
    let page = unavailable(&server, "/topics", "draft=DRAFT&title=a+word&name=tea&description=green").await;
    returns(&page, "/topics");
}

#[tokio::test]
async fn forms_beyond_the_rate_of_pages_are_returned_to_own_pages_only() {
    let server = start(testing::sqlite()).await.without_page_tokens();
    for (path, fields) in FORMS {
        let page = refused(&server, path, fields, "http://localhost", StatusCode::TOO_MANY_REQUESTS).await;
        returns(&page, path);
        let fields = fields.replace("a+word", "%3C/textarea%3E%3Cb%3Ea+word");
        let page = refused(&server, path, &fields, "http://localhost", StatusCode::TOO_MANY_REQUESTS).await;
        assert!(page.contains("&lt;b&gt;a word") && !page.contains("<b>"), "{page}");
        let page =
            refused(&server, path, &fields, "https://evil.example", StatusCode::TOO_MANY_REQUESTS).await;
        assert!(!page.contains("a word"), "one click would post the text of another site: {page}");
    }
}

/// A form whose body sets `is_read` when it is read.
fn observed_form(headers: &[(&str, &str)], is_read: &Arc<AtomicBool>) -> Request<Body> {
    let is_read = Arc::clone(is_read);
    let text = stream::once(async move {
        is_read.store(true, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(Bytes::from_static(b"message=a+word"))
    });
    let mut form = request(Method::POST, "/t/tea", headers, "");
    form.headers_mut().insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
    *form.body_mut() = Body::from_stream(text);
    form
}

#[tokio::test]
async fn refused_forms_beyond_their_own_rate_and_those_of_scripts_are_not_read() {
    let mut server = start(testing::sqlite()).await;
    server.state.refused_forms.rate_limiter = KeyedRateLimiter::with_rate(Rate::per_hour(1));
    let server = server.without_page_tokens();
    let from_page = [("origin", "http://localhost")];
    for (headers, expected) in [(&[][..], false), (&from_page[..], true), (&from_page[..], false)] {
        let is_read = Arc::default();
        let response = server.send(observed_form(headers, &is_read)).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(is_read.load(Ordering::Relaxed), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn a_form_larger_than_the_largest_message_is_refused_without_its_text() {
    let server = start_with(testing::sqlite(), "--body-bytes 1024").await.without_page_tokens();
    let status = StatusCode::TOO_MANY_REQUESTS;
    for (bytes, is_returned) in [(1_024, true), (16_384, false)] {
        let fields = format!("message=a+word{}", "a".repeat(bytes));
        let page = refused(&server, "/t/tea", &fields, "http://localhost", status).await;
        assert_eq!(page.contains("a word"), is_returned, "{bytes}");
    }
}
