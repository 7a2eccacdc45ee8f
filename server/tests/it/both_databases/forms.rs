//! Publishing with the HTML form, without scripts.

use app::protocol::DraftId;

use crate::support::{Browser, HttpResponse, bodies_of, start};

async fn writes(browser: &Browser, draft: DraftId, name: &str, message: &str) -> HttpResponse {
    browser.posts("/t/lobby", &[("draft", &draft.to_string()), ("name", name), ("message", message)]).await
}

#[tokio::test]
async fn a_form_is_stored_and_delivered_live_under_the_sessions_identity() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let user = browser.connects(None).await.user;

    let draft = DraftId::fresh();
    let answer = writes(&browser, draft, "Bob", "by a <form>\r\nof two lines").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/t/lobby"));
    let event = ann.receives("by a <form>\nof two lines").await;
    assert_eq!((event.author.user, event.author.name.as_str()), (user, "Bob"));
    assert!(!event.author.unverified, "the name is the session's from now on");
    assert_eq!(browser.connects(None).await.name.as_str(), "Bob");
    assert!(browser.gets("/t/lobby").await.text.contains("by a &lt;form&gt;"));
}

#[tokio::test]
async fn the_pages_own_form_can_be_submitted_unchanged() {
    let server = start("").await;
    let browser = server.browser();
    let page = browser.gets("/t/lobby").await.text;
    assert!(page.contains("action=\"/t/lobby\"") && page.contains("method=\"post\""));
    for field in ["name=\"name\"", "name=\"message\"", "name=\"draft\""] {
        assert!(page.contains(field), "{field}");
    }
    assert_eq!(writes(&browser, draft_in(&page), "", "hi").await.status, 303);
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(seen.events[0].author.name.as_str(), "(I'm John Doe)");
}

#[tokio::test]
async fn a_form_sent_twice_is_one_message() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let browser = server.browser();
    let draft = DraftId::fresh();
    browser.gets("/t/lobby").await;
    for _ in 0..2 {
        assert_eq!(writes(&browser, draft, "Bob", "hi").await.status, 303);
    }
    assert_eq!(writes(&browser, draft, "Bob", "ho").await.status, 409, "the same draft with other words");
    ann.receives("hi").await;
    assert_eq!(ann.publishes("marker").await.seq, 2);
}

#[tokio::test]
async fn a_form_that_was_sent_before_a_script_took_over_is_still_one_message() {
    let server = start("").await;
    let browser = server.browser();
    let draft = DraftId::fresh();
    browser.gets("/t/lobby").await;
    writes(&browser, draft, "Bob", "hi").await;
    let mut bob = browser.connects(None).await;
    assert_eq!(bob.publishes_draft("lobby", draft, "hi").await, (1, true));
}

#[tokio::test]
async fn a_blank_message_stores_nothing() {
    let server = start("").await;
    let browser = server.browser();
    for message in ["", " \r\n\t ", "\u{7}\0"] {
        assert_eq!(writes(&browser, DraftId::fresh(), "Bob", message).await.status, 303);
    }
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(seen.head, 0);
}

#[tokio::test]
async fn a_rejected_message_is_returned_escaped() {
    let server = start("").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let draft = DraftId::fresh();
    let long = format!("</textarea><script>alert(1)</script> {}", "x".repeat(16_384));
    for (name, message) in [("Bob", long.as_str()), (&"\"><script>alert(1)</script>".repeat(9), "hi")] {
        let answer = writes(&browser, draft, name, message).await;
        assert_eq!(answer.status, 422);
        assert!(!answer.text.contains("<script"), "nothing that was written is markup");
        assert!(answer.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "what was written is there");
        assert!(answer.text.contains(&draft.to_string()), "and can be sent again as the same draft");
        assert!(answer.text.contains("role=\"alert\""));
    }
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(seen.head, 0);
}

#[tokio::test]
async fn forged_forms_store_nothing() {
    let server = start("--allow-origin https://friend.example").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let own = format!("http://{}", server.address);
    let mut stored = Vec::new();
    for (headers, status) in [
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "null")], 403),
        (vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())], 403),
        (vec![("sec-fetch-site", "same-origin")], 303),
        (vec![("origin", own.as_str())], 303),
        (vec![("sec-fetch-site", "cross-site"), ("origin", "https://friend.example")], 303),
        (vec![], 303),
    ] {
        let draft = DraftId::fresh().to_string();
        let message = format!("{headers:?}");
        let fields = [("draft", draft.as_str()), ("name", "Bob"), ("message", &message)];
        let answer = browser.posts_with("/t/lobby", &fields, &headers).await;
        assert_eq!(answer.status, status, "{message}");
        if status == 303 {
            stored.push(message);
        }
    }
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(bodies_of(&seen.events), stored);
}

#[tokio::test]
async fn a_form_without_a_draft_or_to_no_topic_is_refused() {
    let server = start("").await;
    let browser = server.browser();
    let draft = DraftId::fresh().to_string();
    assert_eq!(browser.posts("/t/lobby", &[("message", "hi")]).await.status, 422);
    assert_eq!(browser.posts("/t/lobby", &[("draft", "7"), ("message", "hi")]).await.status, 422);
    let answer = browser.posts("/t/Lobby", &[("draft", &draft), ("message", "hi")]).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(seen.head, 0);
}

/// The draft id in a page's form.
fn draft_in(page: &str) -> DraftId {
    let (_, rest) = page.split_once("name=\"draft\" value=\"").unwrap();
    DraftId(rest.split_once('"').unwrap().0.parse().unwrap())
}

#[tokio::test]
async fn a_form_with_a_used_draft_returns_with_a_new_one() {
    let server = start("").await;
    let browser = server.browser();
    let draft = DraftId::fresh();
    browser.gets("/t/lobby").await;
    writes(&browser, draft, "Bob", "hi").await;
    let refused = writes(&browser, draft, "Bob", "ho").await;
    assert_eq!(refused.status, 409);
    assert!(refused.text.contains("ho</textarea>"), "{}", refused.text);
    let new = draft_in(&refused.text);
    assert_ne!(new, draft);
    assert_eq!(writes(&browser, new, "Bob", "ho").await.status, 303);
    let whole = browser.posts("/t/lobby", &[("name", "Bob"), ("message", "hey")]).await;
    assert_eq!(whole.status, 422, "without a draft");
    assert_eq!(writes(&browser, draft_in(&whole.text), "Bob", "hey").await.status, 303);
    let (_, seen) = server.joins_with_subscription("Ann", "lobby").await;
    assert_eq!(bodies_of(&seen.events), ["hi", "ho", "hey"]);
}

#[tokio::test]
async fn form_errors_are_in_the_readers_language() {
    let server = start("").await;
    let browser = server.browser();
    browser.gets("/t/lobby").await;
    let draft = DraftId::fresh().to_string();
    let long = "x".repeat(16_385);
    let huge = "x".repeat(256 * 1_024);
    let fields = |message| vec![("draft", draft.as_str()), ("name", "Bob"), ("message", message)];
    let german = ("accept-language", "de");
    for (path, fields, more, status, says) in [
        ("/t/lobby", fields(long.as_str()), None, 422, "1 Zeichen zu lang. Kürze den Text"),
        ("/t/lobby", fields(huge.as_str()), None, 413, "Das ist zu lang zum Senden"),
        ("/t/lobby", vec![("message", "hi")], None, 422, "Das Formular war unvollständig"),
        ("/topics", vec![("title", "Tee"), ("title", "Kaffee")], None, 422, "Das Formular war unvollständig"),
        ("/access", vec![], None, 422, "Das Formular war unvollständig"),
        ("/t/lobby", fields("hi"), Some(("sec-fetch-site", "cross-site")), 403, "von einer anderen Website"),
        ("/t/No!", fields("hi"), None, 404, "Seite nicht gefunden"),
    ] {
        let headers: Vec<_> = more.into_iter().chain([german]).collect();
        let answer = browser.posts_with(path, &fields, &headers).await;
        assert_eq!(answer.status, status, "{path} {says}");
        assert!(answer.text.contains("lang=\"de\"") && answer.text.contains(says), "{path}: {}", answer.text);
        assert!(!answer.text.contains("deserialize"), "{}", answer.text);
    }
    let arabic = browser.posts_with("/t/lobby", &fields(&long), &[("accept-language", "ar")]).await.text;
    assert!(arabic.contains("dir=\"rtl\"") && arabic.contains("لم تُرسَل رسالتك"), "{arabic}");
}
