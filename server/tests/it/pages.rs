//! Pages as a browser gets them before any script runs.

use crate::support::{Browser, start};

const NASTY: &str = "<script>alert(1)</script></script><!-- <img src=x onerror=alert(2)> -->";

#[tokio::test]
async fn the_root_leads_to_the_default_topic() {
    let server = start("--default-topic hall").await;
    let answer = server.browser().opens("/").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/t/hall"));
}

#[tokio::test]
async fn a_first_visit_begins_a_session_and_the_next_keeps_it() {
    let server = start("").await;
    let browser = server.browser();
    let answer = browser.opens("/t/lobby").await;
    let cookie = answer.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(attribute), "{cookie:?} lacks {attribute}");
    }
    assert!(!cookie.contains("Secure"), "{cookie:?} would not come back over http");
    let before = browser.cookie();
    let user = browser.connects(None).await.user;

    let answer = browser.opens("/t/lobby").await;
    assert_eq!(browser.cookie(), before);
    assert!(answer.text.contains(&user.to_string()), "the page knows whose it is");
    assert_eq!(browser.connects(None).await.user, user);
    let other = server.browser();
    other.opens("/t/lobby").await;
    assert_ne!(other.connects(None).await.user, user);
}

#[tokio::test]
async fn cookies_are_secure_where_that_is_set() {
    let server = start("--secure-cookies").await;
    let answer = server.browser().opens("/t/lobby").await;
    assert!(answer.header("set-cookie").contains("Secure"));
}

#[tokio::test]
async fn a_made_up_cookie_is_nobodys_session() {
    let server = start("").await;
    let made_up = format!("chorus_session={}", "0".repeat(64));
    let answer = server.browser().opens_with("/t/lobby", &[("cookie", &made_up)]).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("chorus_session=") && !cookie.starts_with(&made_up), "{cookie:?}");
}

#[tokio::test]
async fn a_topics_page_holds_its_newest_30_messages_oldest_first() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.says_many((1..=40).map(|n| format!("message no. {n}."))).await;
    let text = server.browser().opens("/t/lobby").await.text;
    let places: Vec<_> = (11..=40).map(|n| text.find(&format!("id=\"m{n}\"")).unwrap()).collect();
    assert!(places.is_sorted());
    for n in 11..=40 {
        assert!(text.contains(&format!("message no. {n}.")), "message {n}");
    }
    assert!(!text.contains("message no. 10."));
}

#[tokio::test]
async fn what_people_write_is_text_in_the_markup_and_in_the_data() {
    let server = start("").await;
    let mut ann = server.joins("<b>Ann</b>", "lobby").await;
    ann.says(NASTY).await;
    let text = server.browser().opens("/t/lobby").await.text;
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "it is there, as text");
    assert!(text.matches("alert(1)").count() >= 2, "once in the markup and once in the data");
    for raw in ["<script>alert(1)", "</script></script>", "<img src=x", "<!-- <img", "<b>Ann"] {
        assert!(!text.contains(raw), "{raw:?} stands raw in the page");
    }
    // As many scripts end as begin: nothing anyone wrote ends one.
    assert_eq!(text.matches("<script").count(), text.matches("</script").count());
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let server = start("").await;
    for path in
        ["/nothing", "/t/", "/t/Lobby", "/t/a%20b", "/t/%E2%80%AE", "/t/lobby/nothing", "/pkg/nothing.js"]
    {
        assert_eq!(server.browser().opens(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_pages_files_are_there_and_may_be_kept_for_ever() {
    let server = start("").await;
    let browser = server.browser();
    let text = browser.opens("/t/lobby").await.text;
    for (ending, media_type) in [(".js", "javascript"), (".css", "text/css")] {
        let path = text.split('"').find(|part| part.starts_with("/pkg/") && part.ends_with(ending)).unwrap();
        let answer = browser.opens(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").contains(media_type), "{path}");
        assert!(answer.header("cache-control").contains("immutable"), "{path}");
        let unchanged = browser.opens_with(path, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
    }
}

#[tokio::test]
async fn a_page_is_kept_by_no_cache() {
    let server = start("").await;
    assert_eq!(server.browser().opens("/t/lobby").await.header("cache-control"), "no-store");
}

/// The sources that a policy allows scripts and styles, one word each.
fn words(policy: &str) -> Vec<&str> {
    policy.split([' ', ';']).filter(|word| !word.is_empty()).collect()
}

#[tokio::test]
async fn every_answer_is_told_apart_from_markup_and_scripts_of_others() {
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
        "/pkg/none.js",
        "/chat",
    ] {
        answers.push((path, browser.opens(path).await));
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
    let answer = browser.opens("/t/lobby").await;
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
async fn whoever_watches_the_server_hears_that_it_is_well() {
    let server = start("").await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = server.browser().opens(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, text));
        assert_eq!(answer.header("set-cookie"), "", "{path} begins no session");
    }
}
