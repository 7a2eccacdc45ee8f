//! All read connections are taken: requests are refused in time, with `Retry-After`.

use axum::http::StatusCode;

use super::*;

/// Longer than a request waits for a connection, and shorter than the pool's default timeout of 30 seconds.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

testing::for_each_database!(requests_that_find_no_connection_are_refused_with_retry_after);

async fn requests_that_find_no_connection_are_refused_with_retry_after(test_database: TestDatabase) {
    let server = start(test_database).await;
    let cookie = server.cookie().await;
    let held = server.take_read_connections().await;
    let cookie = [("cookie", cookie.as_str())];
    let paths =
        ["/", "/t/lobby", "/api/v1/topics", "/api/v1/topics/lobby/events?after=0", "/sitemap.xml", "/readyz"];
    let responses = paths.map(|path| server.send(request(Method::GET, path, &cookie, "")));
    let responses =
        timeout(RESPONSE_TIMEOUT, futures::future::join_all(responses)).await.expect("responses in time");
    for (path, response) in paths.iter().zip(responses) {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(response.headers().contains_key(header::RETRY_AFTER), "{path}");
    }
    drop(held);
    assert_eq!(server.send(get("/t/lobby")).await.status(), StatusCode::OK);
}
