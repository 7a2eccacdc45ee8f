//! The choice of a page's language.

use crate::support::start;

fn root_of(page: &str) -> &str {
    let (_, rest) = page.split_once("<html").unwrap();
    rest.split_once('>').unwrap().0.trim()
}

#[tokio::test]
async fn a_page_is_in_the_browsers_language() {
    let server = start("").await;
    for (asked, root, title) in [
        ("de-CH,en;q=0.5", "lang=\"de\" dir=\"ltr\"", "Themen"),
        ("ar", "lang=\"ar\" dir=\"rtl\"", "المواضيع"),
        ("tlh", "lang=\"en\" dir=\"ltr\"", "Topics"),
    ] {
        let page = server.browser().gets_with("/", &[("accept-language", asked)]).await;
        assert_eq!(root_of(&page.text), root, "{asked}");
        assert!(page.text.contains(&format!("<h1>{title}")), "{asked}");
        assert_eq!(page.header("vary"), "Accept-Language, Cookie");
    }
}

#[tokio::test]
async fn a_chosen_language_is_kept_and_redirects_back() {
    let server = start("").await;
    let browser = server.browser();
    let page = browser.gets("/?q=tea").await.text;
    assert!(page.contains("name=\"next\" value=\"/?q=tea\""), "{page}");
    let chosen = browser.posts("/language", &[("lang", "ar"), ("next", "/?q=tea")]).await;
    assert_eq!((chosen.status, chosen.header("location")), (303, "/?q=tea"));
    let cookie = chosen.header("set-cookie");
    for attribute in ["lang=ar", "SameSite=Lax", "Path=/", "Max-Age=31536000"] {
        assert!(cookie.contains(attribute), "{cookie:?} lacks {attribute}");
    }
    let page = browser.gets_with("/t/lobby", &[("accept-language", "de")]).await;
    assert_eq!(root_of(&page.text), "lang=\"ar\" dir=\"rtl\"");
}

#[tokio::test]
async fn a_language_form_redirects_to_no_other_site_and_takes_known_languages_only() {
    let server = start("").await;
    for (lang, next) in [("de", "https://evil.example/"), ("de", "//evil.example"), ("xx", "/t/lobby")] {
        let answer = server.browser().posts("/language", &[("lang", lang), ("next", next)]).await;
        let back = if lang == "xx" { "/t/lobby" } else { "/" };
        assert_eq!((answer.status, answer.header("location")), (303, back), "{lang} {next}");
        assert_eq!(answer.header("set-cookie").contains("lang="), lang == "de");
    }
    let forged = [("sec-fetch-site", "cross-site")];
    let answer = server.browser().posts_with("/language", &[("lang", "de")], &forged).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn the_access_form_is_in_the_chosen_language_too() {
    let server = start("--access-secret open-sesame").await;
    let german = [("accept-language", "de")];
    let form = server.browser().gets_with("/t/lobby", &german).await;
    assert!(form.text.contains("Anmelden"));
    let wrong = server.browser().posts_with("/access", &[("secret", "sesame")], &german).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.text.contains("Falscher Zugangscode."));
}

#[tokio::test]
async fn an_address_that_is_not_utf_8_is_a_page_that_is_not_there() {
    let server = start("").await;
    let german = [("accept-language", "de")];
    for path in ["/%FF", "/t/%FF", "/t/%FF/", "/t/%FF/1", "/t/lobby/%FF", "/t/%C3"] {
        let page = server.browser().gets_with(path, &german).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(
            root_of(&page.text).contains("lang=\"de\"") && page.text.contains("Seite nicht gefunden"),
            "{path}"
        );
    }
    let draft = ("draft", "6b1f6f0e-8f7c-4c66-9d0b-0f5b6a0b1c2d");
    let posted = server.browser().posts_with("/t/%FF", &[draft, ("message", "hi")], &german).await;
    assert!(posted.status == 404 && posted.text.contains("Seite nicht gefunden"), "{}", posted.text);
    assert_eq!(server.browser().gets("/t/%FF/feed.atom").await.status, 404);
    assert_eq!(server.browser().gets("/pkg/%FF").await.status, 404);
    for path in ["/api/v1/topics/%FF", "/api/v1/topics/%FF/messages", "/api/v1/topics/lobby/messages/%FF"] {
        let problem = server.browser().gets_with(path, &german).await;
        assert_eq!((problem.status, problem.json()["code"].as_str()), (400, Some("bad_request")), "{path}");
    }
}
