//! A handler that panics: each group of routes answers in its own form, and the server goes on.

use axum::{body::to_bytes, http::StatusCode};

use super::*;

impl InProcessServer {
    /// Returns the status, the content type and the body of a request whose first read panics.
    async fn panics(&self, path: &str) -> (StatusCode, String, String) {
        self.state.log.faults().next_read_panics();
        let response = self.send(request(Method::GET, path, &[("accept-language", "de")], "")).await;
        let status = response.status();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, kind, String::from_utf8(body.to_vec()).unwrap())
    }
}

#[tokio::test]
async fn a_panic_is_a_page_in_the_readers_language_and_json_in_the_api() {
    let server = start(testing::sqlite()).await;
    let (status, kind, page) = server.panics("/search?q=tea").await;
    assert_eq!((status, kind.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "text/html; charset=utf-8"));
    assert!(page.contains("lang=\"de\"") && page.contains("nicht an dir"), "{page}");
    let (status, kind, problem) = server.panics("/api/v1/search?q=tea").await;
    assert_eq!((status, kind.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "application/json"));
    let problem: serde_json::Value = serde_json::from_str(&problem).unwrap();
    assert_eq!(problem["code"], "internal");
    assert_eq!(server.send(get("/search?q=tea")).await.status(), StatusCode::OK);
}
