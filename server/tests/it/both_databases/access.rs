//! A server with an access secret.

use crate::support::{Browser, HttpResponse, start};

const LOCKED: &str = "--access-secret open-sesame";

async fn enters(browser: &Browser, secret: &str) -> HttpResponse {
    browser.posts("/access", &[("secret", secret), ("next", "/t/tea")]).await
}

#[tokio::test]
async fn without_the_secret_nobody_connects() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    browser.gets("/").await;
    assert_eq!(server.handshake().rejection_status().await, 401);
    assert_eq!(server.handshake().with_v1().rejection_status().await, 401);
    assert_eq!(browser.handshake().rejection_status().await, 401, "a session alone is no key");
}

#[tokio::test]
async fn scripts_give_the_secret_as_a_bearer_token() {
    let server = start(LOCKED).await;
    for token in ["Bearer open-sesame", "bearer open-sesame"] {
        server.handshake().with("authorization", token).connects().await;
    }
    for token in ["Bearer open-sesam", "Bearer ", "Basic open-sesame", "open-sesame"] {
        assert_eq!(server.handshake().with("authorization", token).rejection_status().await, 401, "{token}");
    }
}

#[tokio::test]
async fn pages_show_only_the_access_form() {
    let server = start(LOCKED).await;
    let mut script = server.handshake().with("authorization", "Bearer open-sesame").connects().await;
    script.sends_text("a secret of ours").await;
    script.next_text().await;
    script.next_text().await;
    for path in ["/", "/t/lobby", "/t/nowhere", "/nothing"] {
        let answer = server.browser().gets(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.text.contains("action=\"/access\""), "{path} shows the form");
        assert!(!answer.text.contains("a secret of ours"));
    }
    let fields = [("draft", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"), ("name", ""), ("message", "let me in")];
    assert_eq!(server.browser().posts("/t/lobby", &fields).await.status, 401);
}

#[tokio::test]
async fn the_right_secret_grants_access_and_renews_the_session_token() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    browser.gets("/t/tea").await;
    let before = browser.cookie();

    let answer = enters(&browser, "open-sesame").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/t/tea"));
    assert_ne!(browser.cookie(), before);
    assert_eq!(browser.gets("/t/tea").await.status, 200);
    browser.connects(Some("Ann")).await;
    assert_eq!(
        server.handshake().with("cookie", &before).rejection_status().await,
        401,
        "a token planted before is worth nothing"
    );
}

#[tokio::test]
async fn a_wrong_secret_grants_no_access() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    for secret in ["open-sesam", "", "OPEN-SESAME"] {
        let answer = enters(&browser, secret).await;
        assert_eq!(answer.status, 401, "{secret:?}");
        assert!(answer.text.contains("role=\"alert\""), "{secret:?} has no error message");
        assert_eq!(browser.handshake().rejection_status().await, 401);
    }
}

#[tokio::test]
async fn the_access_form_redirects_to_no_other_site() {
    let server = start(LOCKED).await;
    for next in ["https://evil.example/", "//evil.example", "/\\evil.example"] {
        let fields = [("secret", "open-sesame"), ("next", next)];
        let answer = server.browser().posts("/access", &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{next}");
    }
}

#[tokio::test]
async fn health_checks_need_no_secret() {
    let server = start(LOCKED).await;
    assert_eq!(server.browser().gets("/healthz").await.status, 200);
    assert_eq!(server.browser().gets("/readyz").await.status, 200);
}

#[tokio::test]
async fn the_access_form_redirects_to_the_full_address() {
    let server = start(LOCKED).await;
    for path in ["/t/lobby?before=40", "/search?q=tea%20time&topic=lobby"] {
        let browser = server.browser();
        let form = browser.gets(path).await.text;
        let field = format!("name=\"next\" value=\"{}\"", path.replace('&', "&amp;"));
        assert!(form.contains(&field), "{form}");
        let answer = browser.posts("/access", &[("secret", "open-sesame"), ("next", path)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, path));
    }
}

/// The hidden fields of the access form.
fn hidden_fields(page: &str) -> Vec<(String, String)> {
    let value = |field: &str, name: &str| {
        let (_, rest) = field.split_once(&format!("{name}=\"")).unwrap();
        let text = rest.split_once('"').unwrap().0;
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
    };
    let (_, form) = page.split_once("action=\"/access\"").unwrap();
    let (form, _) = form.split_once("</form>").unwrap();
    form.split("type=\"hidden\"")
        .skip(1)
        .map(|field| (value(field, " name"), value(field, " value")))
        .collect()
}

#[tokio::test]
async fn a_message_sent_before_the_secret_is_returned_after_it() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    let draft = "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
    let message = "two <b>lines</b>\r\n& \"more\"";
    let fields = [("draft", draft), ("name", "Ann"), ("message", message)];
    let mut page = browser.posts("/t/tea", &fields).await;
    assert_eq!(page.status, 401);
    for (secret, status) in [("wrong-secret", 401), ("open-sesame", 200)] {
        let carried = hidden_fields(&page.text);
        assert!(carried.contains(&("next".to_owned(), "/t/tea".to_owned())), "{carried:?}");
        let carried = carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = carried.chain([("secret", secret)]).collect();
        page = browser.posts("/access", &fields).await;
        assert_eq!(page.status, status, "{secret}");
    }
    assert!(page.text.contains("action=\"/t/tea\"") && page.text.contains("value=\"Ann\""), "{}", page.text);
    assert!(page.text.contains("two &lt;b&gt;lines&lt;/b&gt;"), "{}", page.text);
    assert!(page.text.contains(draft), "and may be sent as the same draft");
    assert_eq!(browser.posts("/t/tea", &fields).await.status, 303);
    assert!(browser.gets("/t/tea").await.text.contains("lines"));
}

#[tokio::test]
async fn a_new_topic_posted_before_the_secret_is_returned_after_it() {
    let server = start(LOCKED).await;
    let browser = server.browser();
    let draft = "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
    let fields = [
        ("draft", draft),
        ("title", "Tea & \"Cake\""),
        ("name", "tea"),
        ("description", "green\r\nor black"),
    ];
    let mut page = browser.posts("/topics", &fields).await;
    assert_eq!(page.status, 401);
    for (secret, status) in [("wrong-secret", 401), ("open-sesame", 200)] {
        assert!(!page.text.contains("action=\"/language\""), "a choice of the language would lose the form");
        let carried = hidden_fields(&page.text);
        let carried = carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = carried.chain([("secret", secret)]).collect();
        page = browser.posts("/access", &fields).await;
        assert_eq!(page.status, status, "{secret}");
    }
    assert!(page.text.contains("action=\"/topics\"") && page.text.contains("value=\"tea\""), "{}", page.text);
    assert!(!page.text.contains("action=\"/language\""), "nor may the last page offer one");
    assert!(page.text.contains("value=\"Tea &amp; &quot;Cake&quot;\""), "{}", page.text);
    assert!(
        page.text.contains("green\r\nor black") || page.text.contains("green\nor black"),
        "{}",
        page.text
    );
    assert!(page.text.contains(draft), "and may be sent as the same draft");
    assert_eq!(browser.posts("/topics", &fields).await.status, 303);
    assert!(browser.gets("/t/tea").await.text.contains("Cake"));
}

/// Posts the access form with the fields that its page carries.
async fn enters_with(browser: &Browser, page: &str, secret: &str) -> HttpResponse {
    let carried = hidden_fields(page);
    let carried = carried.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    browser.posts("/access", &carried.chain([("secret", secret)]).collect::<Vec<_>>()).await
}

#[tokio::test]
async fn too_many_wrong_secrets_return_the_form_that_was_posted_before() {
    let draft = "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d";
    let message = [("draft", draft), ("name", "Ann"), ("message", "two <b>lines</b>\r\n& \"more\"")];
    let topic =
        [("draft", draft), ("title", "Tea & \"Cake\""), ("name", "tea"), ("description", "green\r\n")];
    for (path, fields) in [("/t/tea", &message[..]), ("/topics", &topic[..])] {
        let server = start(&format!("{LOCKED} --wrong-secrets-per-minute 1")).await;
        let browser = server.browser();
        let first = browser.posts(path, fields).await;
        assert_eq!(first.status, 401);
        let carried = hidden_fields(&first.text);
        let wrong = enters_with(&browser, &first.text, "wrong-secret").await;
        assert_eq!((wrong.status, hidden_fields(&wrong.text)), (401, carried.clone()), "{path}");
        for _ in 0..2 {
            let limited = enters_with(&browser, &wrong.text, "open-sesame").await;
            assert_eq!((limited.status, hidden_fields(&limited.text)), (429, carried.clone()), "{path}");
            assert!(!limited.header("retry-after").is_empty(), "{path}");
            assert!(!limited.text.contains("open-sesame"), "the secret is not written into the page");
        }
    }
}

#[tokio::test]
async fn a_form_beyond_the_bytes_of_an_address_is_returned_with_its_text() {
    let server = start("--address-bytes-per-second 1 --address-byte-burst 200").await;
    let browser = server.browser();
    let long = "long ".repeat(100);
    let fields = [("draft", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d"), ("message", &*long)];
    let headers = [("x-forwarded-for", "203.0.113.1"), ("sec-fetch-site", "same-origin")];
    let posts = async || browser.posts_with("/t/tea", &fields, &headers).await;
    assert_eq!(posts().await.status, 303, "the first one takes the whole burst");
    let limited = posts().await;
    assert_eq!(limited.status, 429);
    assert!(limited.text.contains("long long"), "{}", limited.text);
}
