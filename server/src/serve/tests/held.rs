//! All connections that read are held by others: requests are refused in time, with the time to try again.

use axum::http::StatusCode;

use super::*;

/// Longer than a request waits for a connection, shorter than the pool's own default of 30 seconds.
const IN_TIME: Duration = Duration::from_secs(20);

testing::for_each_database!(requests_that_find_no_connection_are_refused_with_a_time_to_come_back);

async fn requests_that_find_no_connection_are_refused_with_a_time_to_come_back(place: TestDatabase) {
    let bench = bench(place).await;
    let cookie = bench.cookie().await;
    let held = bench.all_readers().await;
    let cookie = [("cookie", cookie.as_str())];
    let paths =
        ["/", "/t/lobby", "/api/v1/topics", "/api/v1/topics/lobby/events?after=0", "/sitemap.xml", "/readyz"];
    let answers = paths.map(|path| bench.answer(request(Method::GET, path, &cookie, "")));
    let answers = timeout(IN_TIME, futures::future::join_all(answers)).await.expect("answers in time");
    for (path, answer) in paths.iter().zip(answers) {
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(answer.headers().contains_key(header::RETRY_AFTER), "{path}");
    }
    drop(held);
    assert_eq!(bench.answer(get("/t/lobby")).await.status(), StatusCode::OK);
}
