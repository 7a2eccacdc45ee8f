//! A server with an access secret.

use app::protocol::SUBPROTOCOL;

use crate::support::{Answer, Browser, start};

const LOCKED: &str = "--access-secret open-sesame";

async fn enters(browser: &Browser, secret: &str) -> Answer {
    browser.posts("/access", &[("secret", secret), ("next", "/t/tea")]).await
}

#[tokio::test]
async fn without_the_secret_nobody_connects() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    browser.opens("/").await;
    assert_eq!(server.knock().refusal().await, 401);
    assert_eq!(server.knock().with("sec-websocket-protocol", SUBPROTOCOL).refusal().await, 401);
    assert_eq!(browser.knock().refusal().await, 401, "a session alone is no key");
}

#[tokio::test]
async fn scripts_give_the_secret_as_a_bearer_token() {
    let server = start(LOCKED).await;
    for token in ["Bearer open-sesame", "bearer open-sesame"] {
        server.knock().with("authorization", token).enters().await;
    }
    for token in ["Bearer open-sesam", "Bearer ", "Basic open-sesame", "open-sesame"] {
        assert_eq!(server.knock().with("authorization", token).refusal().await, 401, "{token}");
    }
}

#[tokio::test]
async fn pages_show_the_door_and_nothing_of_what_is_behind_it() {
    let server = start(LOCKED).await;
    let mut script = server.knock().with("authorization", "Bearer open-sesame").enters().await;
    script.sends_text("a secret of ours").await;
    script.next_text().await;
    script.next_text().await;
    for path in ["/", "/t/lobby", "/t/nowhere", "/nothing"] {
        let answer = server.browser().opens(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.text.contains("action=\"/access\""), "{path} shows the form");
        assert!(!answer.text.contains("a secret of ours"));
    }
    let fields = [("draft", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"), ("name", ""), ("message", "let me in")];
    assert_eq!(server.browser().posts("/t/lobby", &fields).await.status, 401);
}

#[tokio::test]
async fn whoever_enters_the_secret_is_let_in_for_good_under_a_new_token() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    browser.opens("/t/tea").await;
    let before = browser.cookie();

    let answer = enters(&browser, "open-sesame").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/t/tea"));
    assert_ne!(browser.cookie(), before);
    assert_eq!(browser.opens("/t/tea").await.status, 200);
    browser.connects(Some("Ann")).await;
    assert_eq!(
        server.knock().with("cookie", &before).refusal().await,
        401,
        "a token planted before is worth nothing"
    );
}

#[tokio::test]
async fn a_wrong_secret_opens_nothing() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    for secret in ["open-sesam", "", "OPEN-SESAME"] {
        let answer = enters(&browser, secret).await;
        assert_eq!(answer.status, 401, "{secret:?}");
        assert!(answer.text.contains("role=\"alert\""), "{secret:?} is told");
        assert_eq!(browser.knock().refusal().await, 401);
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_by_the_door() {
    let server = start(LOCKED).await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let fields = [("secret", "open-sesame"), ("next", next)];
        let answer = server.browser().posts("/access", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next}");
    }
}

#[tokio::test]
async fn health_is_no_secret() {
    let server = start(LOCKED).await;
    assert_eq!(server.browser().opens("/healthz").await.status, 200);
    assert_eq!(server.browser().opens("/readyz").await.status, 200);
}
