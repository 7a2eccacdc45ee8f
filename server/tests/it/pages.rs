//! Server-rendered pages, before scripts run.

use serde_json::{Value, json};

use crate::support::{Browser, start};

const NASTY: &str = "<script>alert(1)</script></script><!-- <img src=x onerror=alert(2)> -->";

#[tokio::test]
async fn a_first_visit_begins_a_session_and_the_next_keeps_it() {
    let server = start("").await;
    let browser = server.browser();
    let answer = browser.gets("/t/lobby").await;
    let cookie = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(attribute), "{cookie:?} lacks {attribute}");
    }
    assert!(!cookie.contains("Secure"), "{cookie:?} would not come back over http");
    let before = browser.cookie();
    let user = browser.connects(None).await.user;

    let answer = browser.gets("/t/lobby").await;
    assert_eq!(browser.cookie(), before);
    assert!(answer.text.contains(&user.to_string()), "the page knows whose it is");
    assert_eq!(browser.connects(None).await.user, user);
    let other = server.browser();
    other.gets("/t/lobby").await;
    assert_ne!(other.connects(None).await.user, user);
}

/// Concurrent renderings must not mix their output. This is a race, so the test repeats it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_pages_have_their_own_titles() {
    let server = start("--pages-per-second 0").await;
    let browsers: Vec<_> = (0..16).map(|_| server.browser()).collect();
    let opened = browsers.iter().enumerate().map(async |(n, browser)| {
        let title = format!("<title>topic-{n} · Chorus</title>");
        for _ in 0..60 {
            let answer = browser.gets(&format!("/t/topic-{n}")).await;
            assert!(answer.status == 200 && answer.text.contains(&title), "{n}: {}", answer.status);
        }
    });
    futures::future::join_all(opened).await;
}

#[tokio::test]
async fn cookies_are_secure_if_configured() {
    let server = start("--secure-cookies").await;
    let answer = server.browser().gets("/t/lobby").await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-chorus_session_") && cookie.contains("Secure"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn cookies_are_secure_if_the_public_url_or_a_proxy_says_https() {
    let proxied = ("x-forwarded-proto", "https");
    for (settings, header, is_secure) in [
        ("--public-url https://chat.example", ("x-other", ""), true),
        ("--public-url http://chat.example", ("x-other", ""), false),
        ("", proxied, true),
        ("--trusted-proxy 192.0.2.1", proxied, false),
    ] {
        let server = start(settings).await;
        let answer = server.browser().gets_with("/t/lobby", &[header]).await;
        let cookie = answer.header("set-cookie");
        let prefix = if is_secure { "__Host-chorus_session_" } else { "chorus_session_" };
        assert!(cookie.starts_with(prefix) && cookie.contains("Secure") == is_secure, "{settings}: {cookie}");
        assert_eq!(answer.header("strict-transport-security"), "", "{settings}: nobody asked for it");
    }
}

#[tokio::test]
async fn a_made_up_cookie_is_no_session() {
    let server = start("").await;
    let made_up = format!("chorus_session={}", "0".repeat(64));
    let answer = server.browser().gets_with("/t/lobby", &[("cookie", &made_up)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("chorus_session_") && !cookie.contains(&"0".repeat(64)), "{cookie:?}");
}

#[tokio::test]
async fn two_servers_on_one_host_keep_separate_sessions() {
    let one = start("").await;
    let other = start("").await;
    let mut browser = one.browser();
    let mut users = Vec::new();
    for server in [&one, &other, &one, &other] {
        browser = browser.moves_to(server.address);
        browser.gets("/t/lobby").await;
        users.push(browser.connects(None).await.user);
    }
    assert_eq!((users[0], users[1]), (users[2], users[3]));
    assert_ne!(users[0], users[1]);
}

#[tokio::test]
async fn a_cookie_of_an_older_version_is_taken_over_under_the_new_name() {
    for settings in ["", "--secure-cookies"] {
        let server = start(settings).await;
        let first = server.browser().gets("/t/lobby").await;
        let (name, rest) = first.header("set-cookie").split_once('=').unwrap();
        let token = rest.split(';').next().unwrap();
        let opens = async |cookie: &str| server.browser().gets_with("/t/lobby", &[("cookie", cookie)]).await;

        let answer = opens(&format!("chorus_session={token}")).await;
        assert!(answer.header("set-cookie").starts_with(&format!("{name}={token};")), "the same session");
        let another = format!("{name}={}; chorus_session={token}", "0".repeat(64));
        assert!(opens(&another).await.header("set-cookie").starts_with(&format!("{name}={token};")));
        assert_eq!(opens(&format!("{name}={token}")).await.header("set-cookie"), "", "once");
    }
}

#[tokio::test]
async fn every_response_has_security_headers() {
    let server = start("").await;
    for path in ["/", "/none", "/healthz", "/favicon.svg", "/api/v1/topics", "/robots.txt"] {
        let answer = server.browser().gets(path).await;
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "{path}: over http nobody could come back"
        );
    }
}

#[tokio::test]
async fn a_topics_page_holds_its_newest_30_messages_oldest_first() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=40).map(|n| format!("message no. {n}."))).await;
    let text = server.browser().gets("/t/lobby").await.text;
    let places: Vec<_> = (11..=40).map(|n| text.find(&format!("id=\"m{n}\"")).unwrap()).collect();
    assert!(places.is_sorted());
    for n in 11..=40 {
        assert!(text.contains(&format!("message no. {n}.")), "message {n}");
    }
    assert!(!text.contains("message no. 10."));
}

#[tokio::test]
async fn message_text_is_escaped_in_markup_and_data() {
    let server = start("").await;
    let mut ann = server.joins("<b>Ann</b>", "lobby").await;
    ann.publishes(NASTY).await;
    let text = server.browser().gets("/t/lobby").await.text;
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "it is there, as text");
    assert!(text.matches("alert(1)").count() >= 2, "once in the markup and once in the data");
    for raw in ["<script>alert(1)", "</script></script>", "<img src=x", "<!-- <img", "<b>Ann"] {
        assert!(!text.contains(raw), "{raw:?} stands raw in the page");
    }
    // Equal counts show that no message text closed a script.
    assert_eq!(text.matches("<script").count(), text.matches("</script").count());
}

#[tokio::test]
async fn missing_pages_are_404() {
    let server = start("").await;
    for path in
        ["/nothing", "/t/", "/t/Lobby!", "/t/a%20b", "/t/%E2%80%AE", "/t/lobby/nothing", "/pkg/nothing.js"]
    {
        assert_eq!(server.browser().gets(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn assets_may_be_cached_for_ever() {
    let server = start("").await;
    let browser = server.browser();
    let text = browser.gets("/t/lobby").await.text;
    for (ending, media_type) in [(".js", "javascript"), (".css", "text/css")] {
        let mut parts = text.split(['"', '\'', ' ']);
        let path = parts.find(|part| part.starts_with("/pkg/") && part.ends_with(ending)).unwrap();
        let answer = browser.gets(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").contains(media_type), "{path}");
        assert!(answer.header("cache-control").contains("immutable"), "{path}");
        let unchanged = browser.gets_with(path, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    }
}

#[tokio::test]
async fn dynamic_responses_are_compressed_if_accepted() {
    let server = start("").await;
    let (mut ann, _) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes(&"Hello, everyone. ".repeat(20)).await;
    for path in ["/t/lobby", "/api/v1/topics/lobby/messages", "/t/lobby/feed.atom"] {
        let plain = server.browser().gets(path).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, ""), "{path}");
        for coding in ["br", "gzip"] {
            let answer = server.browser().gets_with(path, &[("accept-encoding", coding)]).await;
            assert_eq!(answer.header("content-encoding"), coding, "{path}");
            assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "accept-encoding"), "{path}");
            assert!(answer.bytes * 2 < plain.bytes, "{path}: {} of {} bytes", answer.bytes, plain.bytes);
            let length = answer.bytes.to_string();
            assert_eq!(answer.header("content-length"), length, "{path}: compressed before it is sent");
        }
    }
}

#[tokio::test]
async fn the_manifest_and_icons_are_linked_and_revalidated() {
    let server = start("").await;
    let browser = server.browser();
    let page = browser.gets("/t/lobby").await.text;
    let manifest: Value = serde_json::from_str(&browser.gets("/manifest.webmanifest").await.text).unwrap();
    assert_eq!((&manifest["name"], &manifest["id"]), (&json!("Chorus"), &json!(null)), "it is the start_url");
    assert_eq!((&manifest["start_url"], &manifest["scope"]), (&json!("./"), &json!("./")));
    let icons = manifest["icons"].as_array().unwrap().iter();
    let icons = icons.map(|icon| (icon["src"].as_str().unwrap(), icon["type"].as_str().unwrap()));
    // Relative to the manifest.
    let icons: Vec<_> = icons.map(|(path, media_type)| (format!("/{path}"), media_type)).collect();
    let icons = icons.iter().map(|(path, media_type)| (path.as_str(), *media_type));
    let linked = [
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icons/apple-touch.png", "image/png"),
        ("/favicon.svg", "image/svg+xml"),
    ];
    for (path, _) in linked {
        assert!(page.contains(&format!("href=\"{path}\"")), "{path}");
    }
    let unlinked = [("/favicon-new.svg", "image/svg+xml"), ("/sw.js", "text/javascript")];
    for (path, media_type) in linked.into_iter().chain(unlinked).chain(icons) {
        let answer = browser.gets(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, media_type), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path} begins no session");
    }
    assert_eq!(browser.gets("/icons/none.png").await.status, 404);
}

#[tokio::test]
async fn the_policy_allows_the_service_worker() {
    let server = start("").await;
    let browser = server.browser();
    let worker = browser.gets("/sw.js").await;
    assert!(
        words(worker.header("content-security-policy")).windows(2).any(|w| w == ["connect-src", "'self'"])
    );
    let page = browser.gets("/t/lobby").await;
    assert!(words(page.header("content-security-policy")).windows(2).any(|w| w == ["worker-src", "'self'"]));
}

#[tokio::test]
async fn pages_are_not_cached() {
    let server = start("").await;
    assert_eq!(server.browser().gets("/t/lobby").await.header("cache-control"), "no-store, no-transform");
}

/// The sources that a policy allows scripts and styles, one word each.
fn words(policy: &str) -> Vec<&str> {
    policy.split([' ', ';']).filter(|word| !word.is_empty()).collect()
}

#[tokio::test]
async fn every_response_has_a_strict_content_policy() {
    let server = start("").await;
    let browser = server.browser();
    let mut answers = Vec::new();
    for path in [
        "/",
        "/t/lobby",
        "/t/Bad",
        "/nothing",
        "/healthz",
        "/readyz",
        "/favicon.svg",
        "/manifest.webmanifest",
        "/sw.js",
        "/pkg/none.js",
        "/chat",
    ] {
        answers.push((path, browser.gets(path).await));
    }
    answers.push(("forged", browser.posts_with("/t/lobby", &[], &[("sec-fetch-site", "cross-site")]).await));
    answers.push(("half a form", browser.posts("/t/lobby", &[]).await));
    for (what, answer) in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
        let policy = answer.header("content-security-policy");
        let words = words(policy);
        assert!(words.starts_with(&["default-src", "'none'"]), "{what}: {policy:?}");
        assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy:?}");
        for unsafe_word in ["'unsafe-inline'", "'unsafe-eval'", "*", "data:", "http:", "https:"] {
            assert!(!words.contains(&unsafe_word), "{what}: {policy:?}");
        }
    }
}

/// The nonce in a page's policy.
async fn nonce(browser: &Browser) -> (String, String) {
    let answer = browser.gets("/t/lobby").await;
    let policy = answer.header("content-security-policy").to_owned();
    let (_, rest) = policy.split_once("'nonce-").unwrap();
    (rest.split_once('\'').unwrap().0.to_owned(), answer.text)
}

#[tokio::test]
async fn every_inline_script_carries_the_nonce_of_its_own_page() {
    let server = start("").await;
    let browser = server.browser();
    let (first, text) = nonce(&browser).await;
    let (second, _) = nonce(&browser).await;
    assert_ne!(first, second);
    for tag in text.split("<script").skip(1).map(|rest| rest.split_once('>').unwrap().0) {
        assert!(tag.contains(&format!("nonce=\"{first}\"")), "<script{tag}>");
    }
}

#[tokio::test]
async fn health_endpoints_report_a_healthy_server() {
    let server = start("").await;
    let ready = "{\"status\":\"ready\",\"reasons\":[]}\n";
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", ready)] {
        let answer = server.browser().gets(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, text));
        assert_eq!(answer.header("set-cookie"), "", "{path} begins no session");
    }
}
