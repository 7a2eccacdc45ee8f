//! Visitors who only read: their requests store no session.

use axum::{body::to_bytes, http::StatusCode};
use sea_orm::{ConnectionTrait, Statement};

use super::*;
use crate::rights::Readable;

testing::for_each_database!(
    reading_pages_stores_no_session,
    a_visitor_who_reads_and_then_writes_is_the_person_of_the_page,
    a_cached_page_names_its_own_address_whoever_asked_first,
);

impl InProcessServer {
    async fn publishes(&self, text: &str, headers: &[(&str, &str)]) {
        let fields = format!("draft={}&name=Ann&message={text}", app::protocol::DraftId::fresh());
        let response = self.send(request(Method::POST, "/t/lobby", headers, &fields)).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
    }

    async fn session_count(&self) -> i64 {
        let reading = self.database.read();
        let count = "SELECT COUNT(*) AS rows FROM session";
        let count = Statement::from_string(reading.get_database_backend(), count);
        reading.query_one_raw(count).await.unwrap().unwrap().try_get("", "rows").unwrap()
    }
}

async fn reading_pages_stores_no_session(test_database: TestDatabase) {
    let server = start(test_database).await;
    let paths = ["/", "/t/lobby", "/t/lobby/1", "/nowhere", "/robots.txt", "/sitemap.xml", "/api/v1/topics"];
    for path in paths.iter().chain(&["/t/lobby/feed.atom", "/search?q=tea"]) {
        for method in [Method::GET, Method::HEAD] {
            server.send(request(method, path, &[], "")).await;
        }
        assert_eq!(server.session_count().await, 0, "{path}");
    }
}

async fn a_visitor_who_reads_and_then_writes_is_the_person_of_the_page(test_database: TestDatabase) {
    let server = start(test_database).await;
    let page = server.send(get("/t/lobby")).await;
    let cookie = page.headers()[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let headers = [
        ("cookie", cookie.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", "http://localhost"),
    ];
    server.publishes("tea", &headers).await;
    assert_eq!(server.session_count().await, 1);
    let lobby = Readable::unchecked("lobby".parse().unwrap());
    let author = server.state.log.tail(&lobby, 1).await.unwrap().events[0].author.clone();
    let page = to_bytes(page.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8_lossy(&page).contains(&author.user.to_string()));
    assert_eq!(author.name.as_str(), "Ann");
}

/// A request for the head alone knows no path under which its page could be loaded again.
async fn a_cached_page_names_its_own_address_whoever_asked_first(test_database: TestDatabase) {
    let mut server = start(test_database).await;
    server.state.page_cache = PageCache::new(1);
    server.router = router(server.state.clone(), AllowedHosts::new(None, &[], true));
    server.publishes("tea", &[("content-type", "application/x-www-form-urlencoded")]).await;
    for method in [Method::HEAD, Method::GET] {
        let page = server.send(request(method.clone(), "/t/lobby", &[], "")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = to_bytes(page.into_body(), 1 << 20).await.unwrap();
        let page = String::from_utf8_lossy(&page);
        assert_eq!(page.is_empty(), method == Method::HEAD);
        assert!(method == Method::HEAD || page.contains(r#"\"path\":\"/t/lobby\""#), "{page}");
    }
}
