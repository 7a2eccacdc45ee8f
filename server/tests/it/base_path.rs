//! A server below a path of its origin (`--public-url`). Nothing of it is elsewhere, and none of its pages leads out of it.

use app::protocol::DraftId;

use crate::support::{HttpResponse, Member, TestServer, body_of, logged::Logged, start_one};

const SETTINGS: &str = "--public-url http://site.example/chat/";

async fn statuses(server: &TestServer, paths: &[&str]) -> Vec<(String, u16)> {
    let mut statuses = Vec::new();
    for path in paths {
        statuses.push(((*path).to_owned(), server.browser().gets(path).await.status));
    }
    statuses
}

/// Connects below the path.
async fn joins(server: &TestServer, name: &str) -> Member {
    let mut member = Member::hello(server.handshake_at("/chat/chat").with_v1().connects().await, name).await;
    member.subscribes("lobby").await;
    member
}

/// Returns the paths in the attributes of a page that hold addresses.
fn addresses(page: &HttpResponse) -> Vec<&str> {
    let values = ["href", "action", "content"].into_iter().flat_map(|name| {
        let values = page.text.split(name).filter_map(|rest| rest.strip_prefix("=\""));
        values.map(|rest| rest.split('"').next().unwrap())
    });
    values.flat_map(|value| value.split(' ')).filter(|value| value.starts_with('/')).collect()
}

#[tokio::test]
async fn everything_is_below_the_path() {
    let server = start_one(SETTINGS).await;
    joins(&server, "Ann").await.publishes("hi").await;
    for (path, status) in statuses(
        &server,
        &[
            "/chat/",
            "/chat/?new",
            "/chat/t/lobby",
            "/chat/t/lobby/1",
            "/chat/t/lobby/feed.atom",
            "/chat/search?q=hi",
            "/chat/api/v1/topics",
            "/chat/api/v1/openapi.json",
            "/chat/sitemap.xml",
            "/chat/robots.txt",
            "/chat/favicon.svg",
            "/chat/icons/192.png",
            "/chat/manifest.webmanifest",
            "/chat/sw.js",
            "/chat/healthz",
            "/chat/readyz",
            "/healthz",
            "/readyz",
        ],
    )
    .await
    {
        assert_eq!(status, 200, "{path}");
    }
    for (path, status) in statuses(
        &server,
        &["/", "/t/lobby", "/search", "/api/v1/topics", "/sw.js", "/robots.txt", "/chatter/", "/chat//"],
    )
    .await
    {
        assert_eq!(status, 404, "{path}");
    }
    let outside = server.browser().gets("/t/lobby").await;
    assert!(outside.text.contains("below /chat/ (--public-url)"), "{}", outside.text);
    assert_eq!(outside.header("set-cookie"), "", "no session begins");
    assert_eq!(server.browser().posts("/t/lobby", &[("message", "hi")]).await.status, 404);
    let moved = server.browser().gets("/chat?new").await;
    assert_eq!((moved.status, moved.header("location")), (308, "/chat/?new"));
}

#[tokio::test]
async fn hosts_and_security_headers_are_those_of_any_server() {
    let server = start_one(SETTINGS).await;
    for path in ["/chat/t/lobby", "/chat", "/t/lobby", "/readyz"] {
        let answer = server.browser().gets(path).await;
        for header in ["content-security-policy", "x-content-type-options", "x-request-id"] {
            assert_ne!(answer.header(header), "", "{path}: {header}");
        }
        let foreign = server.browser().gets_with(path, &[("host", "evil.example")]).await;
        assert_eq!(foreign.status, 421, "{path}");
    }
}

#[tokio::test]
async fn no_page_leads_out_of_the_path() {
    let server = start_one(SETTINGS).await;
    let mut ann = joins(&server, "Ann").await;
    ann.publishes_many((1..=70).map(|n| format!("no. {n}"))).await;
    for path in ["/chat/", "/chat/?q=no", "/chat/t/lobby", "/chat/t/lobby/3", "/chat/search?q=no", "/chat/x"]
    {
        let page = server.browser().gets(path).await;
        let all = addresses(&page);
        assert!(all.contains(&"/chat/favicon.svg"), "{path}: {all:?}");
        for address in all {
            assert!(address.starts_with("/chat/"), "{path}: {address}");
        }
        assert!(page.text.contains("data-base=\"/chat\""), "{path}");
        assert!(page.text.contains("load('/chat')") && page.text.contains("load('/chat/anew')"), "{path}");
    }
    let root = start_one("").await;
    let page = root.browser().gets("/t/lobby").await.text;
    assert!(!page.contains("data-base") && page.contains("load('')") && page.contains("load('/anew')"));
}

#[tokio::test]
async fn forms_and_redirects_stay_below_the_path() {
    let server = start_one(SETTINGS).await;
    let browser = server.browser();
    assert!(browser.gets("/chat/t/lobby").await.text.contains("action=\"/chat/t/lobby\""));
    let draft = DraftId::fresh().to_string();
    let posted =
        browser.posts("/chat/t/lobby", &[("draft", &draft), ("name", "Bob"), ("message", "hi")]).await;
    assert_eq!((posted.status, posted.header("location")), (303, "/chat/t/lobby"));
    assert!(browser.gets("/chat/t/lobby").await.text.contains("Bob"), "the session's name");
    let refused = browser.posts("/chat/t/lobby", &[("draft", "x"), ("name", ""), ("message", "kept")]).await;
    assert!(refused.text.contains("action=\"/chat/t/lobby\"") && refused.text.contains("kept"));
    assert!(refused.text.contains("href=\"/chat/favicon.svg\""), "{}", refused.text);
    let canonical = browser.gets("/chat/t/lobby/?before=3").await;
    assert_eq!((canonical.status, canonical.header("location")), (308, "/chat/t/lobby?before=3"));
    let topic = DraftId::fresh().to_string();
    let created = browser
        .posts("/chat/topics", &[("draft", &topic), ("title", "Tea"), ("name", "tea"), ("description", "")])
        .await;
    assert_eq!((created.status, created.header("location")), (303, "/chat/t/tea"), "{}", created.text);
}

#[tokio::test]
async fn the_language_is_that_of_one_path() {
    let server = start_one(SETTINGS).await;
    let browser = server.browser();
    let chosen = browser.posts("/chat/language", &[("lang", "de"), ("next", "/t/lobby")]).await;
    assert_eq!(chosen.header("location"), "/chat/t/lobby");
    let cookie = chosen.header("set-cookie");
    assert!(cookie.starts_with("lang_chat=de;") && cookie.contains("Path=/chat/;"), "{cookie}");
    assert!(browser.gets("/chat/t/lobby").await.text.contains("lang=\"de\""));
    let others = [("cookie", "lang=ar; theme=dark; theme_chat=light")];
    let page = server.browser().gets_with("/chat/t/lobby", &others).await.text;
    assert!(page.contains("lang=\"en\"") && page.contains("data-theme=\"light\""), "of the origin's root");
}

#[tokio::test]
async fn the_session_is_that_of_one_path() {
    let server = start_one("--public-url https://site.example/chat").await;
    let opened = server.browser().gets("/chat/t/lobby").await;
    let cookie = opened.header("set-cookie");
    assert!(cookie.starts_with("__Secure-chorus_session_") && cookie.contains("_chat="), "{cookie}");
    assert!(cookie.contains("Path=/chat/;") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn the_access_form_is_below_the_path() {
    let server = start_one(&format!("{SETTINGS} --access-secret open-sesame")).await;
    let browser = server.browser();
    let page = browser.gets("/chat/t/tea?before=3").await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("action=\"/chat/access\"") && page.text.contains("value=\"/t/tea?before=3\""));
    let entered =
        browser.posts("/chat/access", &[("secret", "open-sesame"), ("next", "/t/tea?before=3")]).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/chat/t/tea?before=3"));
    assert_eq!(browser.gets("/chat/t/tea").await.status, 200);
    let robots = server.browser().gets("/chat/robots.txt").await.text;
    assert_eq!(robots, "User-agent: *\nDisallow: /chat/\n");
}

#[tokio::test]
async fn sockets_streams_and_the_api_are_below_the_path() {
    let server = start_one(SETTINGS).await;
    let mut ann = joins(&server, "Ann").await;
    assert_eq!(server.handshake_at("/chat").rejection_status().await, 308);
    assert_eq!(server.handshake_at("/t/chat").rejection_status().await, 404);
    let script = server.browser();
    let mut stream = script.streams_events("/chat/api/v1/topics/lobby/events", &[]).await;
    stream.next().await.expect("its position");
    assert_eq!(script.calls("POST", "/chat/api/v1/session", &[], r#"{"name":"Bob"}"#).await.status, 200);
    let draft = [("idempotency-key", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d")];
    let messages = "/chat/api/v1/topics/lobby/messages";
    let posted = script.calls("POST", messages, &draft, r#"{"body":"hi"}"#).await;
    assert_eq!(posted.status, 201, "{}", posted.text);
    assert_eq!(body_of(&stream.receives_event().await), "hi");
    ann.receives("hi").await;
    let described = script.gets("/chat/api/v1/openapi.json").await.json();
    assert_eq!(described["servers"][0]["url"], "../..", "relative to the document: /chat/");
}

#[tokio::test]
async fn feeds_and_previews_have_the_public_url() {
    let server = start_one(SETTINGS).await;
    joins(&server, "Ann").await.publishes("hi").await;
    let page = server.browser().gets("/chat/t/lobby").await.text;
    assert!(page.contains("rel=\"canonical\" href=\"http://site.example/chat/t/lobby\""), "{page}");
    for (path, addresses) in [
        ("/chat/t/lobby/feed.atom", ["/chat/t/lobby/feed.atom\"", "/chat/t/lobby/1\""]),
        ("/chat/sitemap.xml", ["/chat/</loc>", "/chat/t/lobby</loc>"]),
        ("/chat/robots.txt", ["/chat/sitemap.xml\n", "/chat/sitemap.xml\n"]),
    ] {
        let text = server.browser().gets(path).await.text;
        for address in addresses {
            assert!(text.contains(&format!("http://site.example{address}")), "{path}: {text}");
        }
        assert!(!text.contains("site.example/t/") && !text.contains(": /api/"), "{path}: {text}");
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_length_of_its_own() {
    let server = start_one(SETTINGS).await;
    let gzip = [("accept-encoding", "gzip")];
    for headers in [&gzip[..0], &gzip[..]] {
        let page = server.browser().calls("HEAD", "/chat/t/lobby", headers, "").await;
        assert_eq!(page.status, 200);
        assert_ne!(page.header("content-length"), "0");
    }
}

#[tokio::test]
async fn the_program_names_and_logs_whole_addresses() {
    let server = Logged::start(&format!("--log-requests {SETTINGS}"));
    for path in ["/chat/t/lobby", "/t/lobby"] {
        server.browser.gets(path).await;
    }
    let log = server.log();
    for part in ["path=/chat/t/lobby status=200", "path=/t/lobby status=404", "http://site.example/chat"] {
        assert!(log.contains(part), "{part}: {log}");
    }
}
