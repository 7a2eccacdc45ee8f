//! The page cache: a page is rendered once and personalised for each visitor.

use app::protocol::UserId;

use crate::support::{Browser, Change, HttpResponse, start, start_one};

/// A topic's page as one visitor gets it.
struct OpenedPage {
    text: String,
    user: UserId,
    nonce: String,
    draft: String,
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap().0
}

async fn opens(browser: &Browser) -> OpenedPage {
    let HttpResponse { status, text, headers, .. } = browser.gets("/t/lobby").await;
    assert_eq!(status, 200);
    let policy = headers["content-security-policy"].to_str().unwrap();
    let nonce = between(policy, "'nonce-", "'").to_owned();
    let draft = between(&text, "name=\"draft\" value=\"", "\"").to_owned();
    OpenedPage { user: browser.connects(None).await.user, text, nonce, draft }
}

#[tokio::test]
async fn anonymous_visitors_share_a_cached_page_with_their_own_ids() {
    let server = start_one("").await;
    server.joins("Ann", "lobby").await.publishes("Hello, everyone.").await;
    let [one, other] = [opens(&server.browser()).await, opens(&server.browser()).await];
    let all = |page: &OpenedPage| [page.user.to_string(), page.nonce.clone(), page.draft.clone()];
    for (own, others) in all(&one).into_iter().zip(all(&other)) {
        assert!(one.text.contains(&own) && !one.text.contains(&others), "{own}");
        assert!(other.text.contains(&others) && !other.text.contains(&own), "{others}");
    }
    let mut same = one.text;
    for (own, others) in
        [(one.user.to_string(), other.user.to_string()), (one.nonce, other.nonce), (one.draft, other.draft)]
    {
        same = same.replace(&own, &others);
    }
    assert_eq!(same, other.text);
}

#[tokio::test]
async fn a_change_appears_on_the_next_page() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let seq = ann.publishes("Hello, everyone.").await.seq;
    assert!(opens(&server.browser()).await.text.contains("Hello, everyone."));
    let edited = ann.edits(seq, seq, "Hello, all.").await;
    ann.receives_event().await;
    let page = opens(&server.browser()).await.text;
    assert!(page.contains("Hello, all.") && !page.contains("Hello, everyone."));
    ann.reacts(seq, "🎉").await;
    ann.receives_event().await;
    assert!(opens(&server.browser()).await.text.contains("🎉"));
    ann.changes(Change::Delete(seq, edited)).await;
    let page = opens(&server.browser()).await.text;
    assert!(!page.contains("Hello, all.") && !page.contains("🎉"));
}

#[tokio::test]
async fn a_known_person_gets_an_individual_page() {
    let server = start("").await;
    // A session without a name, but with a membership, since authors follow the topic.
    let author = server.browser();
    author.gets("/t/lobby").await;
    let mut member = author.connects(None).await;
    member.subscribes("lobby").await;
    member.publishes("Hello, everyone.").await;
    let stranger = opens(&server.browser()).await;
    assert!(!stranger.text.contains("data-mine"));
    assert!(opens(&author).await.text.contains("data-mine"), "their own message");
    let named = server.browser();
    named.gets("/t/lobby").await;
    named.connects(Some("Bob the Builder")).await;
    assert!(opens(&named).await.text.contains("Bob the Builder"));
    assert!(!opens(&server.browser()).await.text.contains("Bob the Builder"));
}

#[tokio::test]
async fn each_language_and_each_address_has_its_own_page() {
    let server = start("--listen 0.0.0.0:0").await;
    for _ in 0..2 {
        for (language, host) in [("en", "a.example"), ("de", "a.example"), ("en", "b.example")] {
            let headers = [("accept-language", language), ("host", host)];
            let text = server.browser().gets_with("/t/lobby", &headers).await.text;
            assert!(text.contains(&format!("<html lang=\"{language}\"")), "{language}");
            assert!(text.contains(&format!("http://{host}/t/lobby")), "{host}");
        }
    }
}

#[tokio::test]
async fn the_page_cache_can_be_disabled() {
    let server = start("--hot-pages 0").await;
    server.joins("Ann", "lobby").await.publishes("Hello, everyone.").await;
    let [one, other] = [opens(&server.browser()).await, opens(&server.browser()).await];
    assert!(one.text.contains("Hello, everyone.") && one.user != other.user && one.nonce != other.nonce);
}
