//! Search over a WebSocket, over the API and on the server-rendered page.

use app::protocol::{ClientFrame, ErrorCode, SearchHit, ServerFrame};
use serde_json::{Value, json};

use crate::support::{Browser, Change, HttpResponse, Member, TestServer, body_of, start, start_one};

/// Searches over a WebSocket.
async fn finds(member: &mut Member, query: &str, after: Option<String>, limit: u32) -> ServerFrame {
    let reference = member.next_reference();
    let query = query.to_owned();
    member
        .sends(&ClientFrame::Search { reference, query, topic: None, after, offsets: Vec::new(), limit })
        .await;
    let answer = member.next().await;
    match &answer {
        ServerFrame::Found { reference: answered, .. } => assert_eq!(*answered, reference),
        ServerFrame::Error { reference: answered, .. } => assert_eq!(*answered, Some(reference)),
        other => panic!("{other:?} answers no search"),
    }
    answer
}

async fn hits(member: &mut Member, query: &str) -> Vec<SearchHit> {
    match finds(member, query, None, 30).await {
        ServerFrame::Found { hits, .. } => hits,
        other => panic!("{other:?}"),
    }
}

async fn searches(browser: &Browser, path: &str) -> HttpResponse {
    browser.calls("GET", &format!("/api/v1/search{path}"), &[], "").await
}

/// A server with these messages of Ann's in the lobby.
async fn where_ann_said(settings: &str, bodies: &[&str]) -> (TestServer, Member) {
    let server = start(settings).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many(bodies.iter().map(|body| (*body).to_owned())).await;
    (server, ann)
}

#[tokio::test]
async fn a_message_is_found_on_the_connection_that_published_it() {
    let (server, mut ann) = where_ann_said("", &["Crème brûlée", "tea", "more crème"]).await;
    let found = hits(&mut ann, "creme").await;
    assert_eq!(
        found.iter().map(|hit| body_of(&hit.event)).collect::<Vec<_>>(),
        ["more crème", "Crème brûlée"]
    );
    let marked: Vec<_> = found[1].snippet.iter().map(|piece| (piece.text.as_str(), piece.hit)).collect();
    assert_eq!(marked, [("Crème", true), (" brûlée", false)]);
    let mut bob = server.joins("Bob", "elsewhere").await;
    assert_eq!(hits(&mut bob, "from:ann tea").await.len(), 1);
    assert_eq!(hits(&mut bob, "from:bob tea").await.len(), 0);
    assert_eq!(hits(&mut bob, "tea in:elsewhere").await.len(), 0);
}

#[tokio::test]
async fn an_acknowledged_change_is_searchable_and_old_text_is_not() {
    let (_server, mut ann) = where_ann_said("", &["frist", "second"]).await;
    ann.changes_many(&[Change::Edit(1, 1, "first"), Change::Delete(2, 2)]).await;
    assert_eq!(hits(&mut ann, "first").await.len(), 1);
    assert_eq!(hits(&mut ann, "frist").await.len(), 0);
    assert_eq!(hits(&mut ann, "second").await.len(), 0);
}

#[tokio::test]
async fn an_empty_or_invalid_query_is_rejected_with_its_code() {
    let (_server, mut ann) = where_ann_said("", &["hi"]).await;
    let long = "a".repeat(600);
    for (query, expected) in [
        ("", ErrorCode::Blank),
        ("?!", ErrorCode::Blank),
        (long.as_str(), ErrorCode::TooLarge),
        ("hi before:yesterday", ErrorCode::BadRequest),
        ("hi in:No!", ErrorCode::BadRequest),
    ] {
        match finds(&mut ann, query, None, 30).await {
            ServerFrame::Error { code, message, .. } => {
                assert_eq!(code, expected, "{query}");
                assert!(!message.is_empty());
            }
            other => panic!("{query}: {other:?}"),
        }
    }
    let cut = finds(&mut ann, "hi", Some("x".to_owned()), 30).await;
    assert!(matches!(cut, ServerFrame::Error { code: ErrorCode::BadRequest, .. }), "{cut:?}");
    assert_eq!(hits(&mut ann, "hi").await.len(), 1, "and nothing else happened");
}

#[tokio::test]
async fn http_search_returns_the_same_hits_page_by_page() {
    let (server, _ann) = where_ann_said("", &["hello 1", "hello 2", "hello 3", "other"]).await;
    let browser = server.browser();
    let mut seqs = Vec::new();
    let mut after = String::new();
    loop {
        let answer = searches(&browser, &format!("?q=hello&topic=lobby&limit=2{after}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let page = answer.json();
        seqs.extend(page["hits"].as_array().unwrap().iter().map(|hit| hit["event"]["seq"].as_u64().unwrap()));
        match page.get("more") {
            Some(more) => after = format!("&after={}", more.as_str().unwrap()),
            None => break,
        }
    }
    assert_eq!(seqs, [3, 2, 1]);
    let elsewhere = searches(&browser, "?q=hello&topic=nowhere").await.json();
    assert_eq!(elsewhere["hits"], Value::Array(vec![]));
}

#[tokio::test]
async fn an_invalid_query_over_http_is_rejected_with_its_code() {
    let server = start("").await;
    for (path, status, code) in [
        ("", 422, "blank"),
        ("?q=%21", 422, "blank"),
        ("?q=a&topic=No!", 400, "bad_request"),
        ("?q=a&after=x", 400, "bad_request"),
        ("?q=a&limit=many", 400, "bad_request"),
        ("?q=a%20after:2026-02-30", 400, "bad_request"),
    ] {
        let answer = searches(&server.browser(), path).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)), "{path}");
    }
}

#[tokio::test]
async fn searching_needs_the_right_to_read() {
    let server = start("--access-secret open-sesame").await;
    assert_eq!(searches(&server.browser(), "?q=hi").await.status, 401);
    let key = [("authorization", "Bearer open-sesame")];
    assert_eq!(server.browser().calls("GET", "/api/v1/search?q=hi", &key, "").await.status, 200);
    let page = server.browser().gets("/search?q=hi").await;
    assert_eq!(page.status, 401);
    assert!(!page.text.contains("class=\"hits\""));
}

#[tokio::test]
async fn searches_are_rate_limited_with_and_without_a_session() {
    let server = start("--frames-per-second 1 --frame-burst 2 --pages-per-second 1 --page-burst 3").await;
    let known = server.browser();
    known.calls("POST", "/api/v1/session", &[], "{}").await;
    for browser in [known, server.browser()] {
        let mut last = searches(&browser, "?q=hi").await;
        for _ in 0..10 {
            if last.status == 200 {
                last = searches(&browser, "?q=hi").await;
            }
        }
        assert_eq!((last.status, &last.json()["code"]), (429, &json!("rate")));
        assert_eq!(last.header("retry-after"), "1");
    }
}

/// Searches on the page, the API and a WebSocket, from this address. Returns the results' statuses.
async fn statuses(server: &TestServer, from: &str, query: &str) -> (u16, u16, Option<ErrorCode>) {
    let from = [("x-forwarded-for", from)];
    let page = server.browser().gets_with(&format!("/search?q={query}"), &from).await;
    let api = server.browser().calls("GET", &format!("/api/v1/search?q={query}"), &from, "").await;
    let handshake = server.handshake().with_v1();
    let mut member =
        Member::hello(handshake.with("x-forwarded-for", from[0].1).connects().await, "Ann").await;
    let code = match finds(&mut member, query, None, 30).await {
        ServerFrame::Error { code, retry_ms, .. } => {
            assert!(retry_ms.is_some_and(|retry_ms| retry_ms > 0));
            Some(code)
        }
        _ => None,
    };
    (page.status, api.status, code)
}

#[tokio::test]
async fn all_endpoints_share_the_search_limit_of_an_address() {
    let server = start_one("--searches-per-second 1 --search-burst 3").await;
    assert_eq!(statuses(&server, "203.0.113.1", "hi").await, (200, 200, None));
    let refused = (429, 429, Some(ErrorCode::Rate));
    assert_eq!(statuses(&server, "203.0.113.1", "hi").await, refused);
    assert_eq!(statuses(&server, "203.0.113.2", "hi").await, (200, 200, None), "nobody else waits");
}

#[tokio::test]
async fn a_search_that_queues_too_long_is_refused_on_every_endpoint() {
    let server = start("--search-ms 0").await;
    let refused = (503, 503, Some(ErrorCode::Unavailable));
    assert_eq!(statuses(&server, "203.0.113.1", "hi").await, refused);
}

#[tokio::test]
async fn words_of_a_phrase_count_towards_the_limit() {
    let (server, mut ann) = where_ann_said("", &["hi"]).await;
    let query = format!("\"{}\"", "a ".repeat(17));
    let answer = finds(&mut ann, &query, None, 30).await;
    assert!(matches!(answer, ServerFrame::Error { code: ErrorCode::BadRequest, .. }), "{answer:?}");
    let query = format!("?q=%22{}%22", "a+".repeat(17));
    assert_eq!(searches(&server.browser(), &query).await.status, 400);
    assert_eq!(server.browser().gets(&format!("/search{query}")).await.status, 422);
}

/// The addresses of the messages on a page, in order.
fn listed(page: &str) -> Vec<&str> {
    let (_, list) = page.split_once("class=\"hits\"").unwrap();
    let (list, _) = list.split_once("</ol>").unwrap();
    list.split("href=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[tokio::test]
async fn the_search_page_lists_hits_with_links() {
    let (server, _ann) = where_ann_said("", &["<b>Crème</b>", "tea", "crème again"]).await;
    let browser = server.browser();
    let page = browser.gets("/search?q=CREME").await;
    assert_eq!((page.status, listed(&page.text)), (200, vec!["/t/lobby/3#m3", "/t/lobby/1#m1"]));
    assert!(page.text.contains("<mark>Crème</mark>") && page.text.contains("&lt;b&gt;"), "{}", page.text);
    assert!(!page.text.contains("<b>"), "what was typed is text");
    let (path, _) = listed(&page.text)[0].split_once('#').unwrap();
    assert!(browser.gets(path).await.text.contains("id=\"m3\""));
    let narrowed = browser.gets("/search?q=tea&topic=lobby").await.text;
    assert_eq!(listed(&narrowed), ["/t/lobby/2#m2"]);
    assert!(narrowed.contains("value=\"lobby\" checked"), "{narrowed}");
    assert_eq!(listed(&browser.gets("/search?q=tea&topic=nowhere").await.text), [""; 0]);
}

#[tokio::test]
async fn the_search_page_shows_help_no_results_and_errors() {
    let (server, _ann) = where_ann_said("", &["hi"]).await;
    let browser = server.browser();
    for (path, status, says) in [
        ("/search", 200, "Finds messages with all your words"),
        ("/search?q=%20", 200, "Finds messages with all your words"),
        ("/search?q=%3Cb%3Emilk", 200, "No results for “\u{2068}&lt;b&gt;milk"),
        ("/search?q=...", 422, "Type a word to search for"),
        ("/search?q=hi+before:x", 422, "Write a date like this"),
        ("/search?q=hi+in:No!", 422, "in: takes one topic"),
        ("/search?q=hi&after=x", 422, "This link is incomplete"),
    ] {
        let page = browser.gets(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains(says), "{path}: {}", page.text);
        assert_eq!(listed(&page.text), [""; 0], "{path}");
    }
    let long = format!("/search?q={}", "a+".repeat(40));
    assert_eq!(browser.gets(&long).await.status, 422);
    for odd in ["/search?q=%00hi", "/search?q=%FFhi", "/search?q=a&q=b", "/search?topic=No!&q=hi"] {
        assert_eq!(browser.gets(odd).await.status, 200, "{odd}");
    }
}

#[tokio::test]
async fn a_long_result_continues_by_a_link() {
    let bodies: Vec<String> = (1..=31).map(|n| format!("note {n}")).collect();
    let (server, _ann) = where_ann_said("", &bodies.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let browser = server.browser();
    let first = browser.gets("/search?q=note&topic=lobby").await.text;
    assert_eq!(listed(&first).len(), 30);
    let link =
        first.split("href=\"/search?").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert!(link.starts_with("q=note&topic=lobby&after="), "{link}");
    let next = browser.gets(&format!("/search?{link}")).await.text;
    assert_eq!(listed(&next), ["/t/lobby/1#m1"]);
    assert!(next.contains("Back to the newest"));
}

#[tokio::test]
async fn a_day_begins_in_the_readers_time_zone() {
    let (server, mut ann) = where_ann_said("", &["hello"]).await;
    let at = hits(&mut ann, "hello").await[0].event.at.0 as i64 / 1_000;
    let published = time::OffsetDateTime::from_unix_timestamp(at).unwrap();
    let minutes = i16::from(published.hour()) * 60 + i16::from(published.minute());
    // A time zone in which it is already the next day, or still the day before.
    let (query, offset) = if minutes >= 720 {
        (format!("hello after:{}", published.date().next_day().unwrap()), 1_440 - minutes)
    } else {
        (format!("hello before:{}", published.date()), -minutes - 1)
    };
    for (offsets, found) in [(vec![], 0), (vec![offset], 1), (vec![0, offset], 0)] {
        let reference = ann.next_reference();
        let search = ClientFrame::Search {
            reference,
            query: query.clone(),
            topic: None,
            after: None,
            offsets: offsets.clone(),
            limit: 30,
        };
        ann.sends(&search).await;
        match ann.next().await {
            ServerFrame::Found { hits, .. } => assert_eq!(hits.len(), found, "{query} {offsets:?}"),
            other => panic!("{other:?}"),
        }
        let browser = server.browser();
        let listed_offsets: Vec<String> = offsets.iter().map(i16::to_string).collect();
        let path = format!("?q={}&offsets={}", query.replace(' ', "+"), listed_offsets.join(","));
        let answer = searches(&browser, &path).await.json();
        assert_eq!(answer["hits"].as_array().unwrap().len(), found, "{path}");
        assert_eq!(listed(&browser.gets(&format!("/search{path}")).await.text).len(), found, "{path}");
    }
    let browser = server.browser();
    for wrong in ["901", "x", "60,-901"] {
        assert_eq!(searches(&browser, &format!("?q=hello&offsets={wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_result_without_messages_that_are_not_indexed_yet_says_so() {
    let (server, mut ann) = where_ann_said("", &["hello"]).await;
    let is_complete = async |ann: &mut Member| match finds(ann, "hello", None, 30).await {
        ServerFrame::Found { complete, hits, .. } => {
            assert_eq!(hits.len(), 1);
            complete
        }
        other => panic!("{other:?}"),
    };
    assert!(is_complete(&mut ann).await);
    server.executes("INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, 1 FROM topic").await;
    assert!(!is_complete(&mut ann).await);
    assert!(server.browser().gets("/search?q=hello").await.text.contains("class=\"note\""));
}

#[tokio::test]
async fn a_snippet_shows_the_rendered_text() {
    let body = "a **bold** tea, `code` and *more*\n> quoted\n- one\n- two\n\n# green";
    let (server, mut ann) = where_ann_said("", &[body]).await;
    let found = hits(&mut ann, "tea").await;
    let text: String = found[0].snippet.iter().map(|piece| piece.text.as_str()).collect();
    assert!(text.starts_with("a bold tea, code and more\n"), "{text:?}");
    assert!(!text.contains(['*', '`', '>', '#']), "{text:?}");
    let page = server.browser().gets("/search?q=tea").await.text;
    let shown = page.split_once("class=\"snippet\"").unwrap().1.split_once("</li>").unwrap().0;
    assert!(shown.contains("bold") && !shown.contains("**") && !shown.contains('`'), "{shown}");
}
