//! How pages look: the colours of small pages for errors, and the sections of the sidebar.

use regex::Regex;

use crate::support::{HttpResponse, start};

const DARK: (&str, &str) = ("cookie", "theme=dark");

fn is_dark(page: &HttpResponse) -> bool {
    page.text.contains("data-theme=\"dark\"") && page.text.contains("name=\"color-scheme\" content=\"dark\"")
}

#[tokio::test]
async fn pages_for_errors_have_the_chosen_theme() {
    let server = start("--pages-per-second 1 --page-burst 9").await;
    let browser = server.browser();
    let ann = [DARK, ("x-forwarded-for", "203.0.113.1")];
    let missing = browser.gets_with("/nowhere", &ann).await;
    let no_draft = browser.posts_with("/t/lobby", &[("message", "hi")], &ann).await;
    let foreign = [&ann[..], &[("sec-fetch-site", "cross-site")]].concat();
    let forged = browser.posts_with("/t/lobby", &[("message", "hi")], &foreign).await;
    let greedy = [DARK, ("x-forwarded-for", "203.0.113.2")];
    let too_many = loop {
        let page = browser.gets_with("/", &greedy).await;
        if page.status != 200 {
            break page;
        }
    };
    for (page, status) in [(missing, 404), (no_draft, 422), (forged, 403), (too_many, 429)] {
        assert_eq!(page.status, status);
        assert!(is_dark(&page), "{status}: {}", page.text);
    }
}

#[tokio::test]
async fn without_a_choice_a_page_for_an_error_follows_the_system() {
    let server = start("").await;
    for headers in [&[] as &[(&str, &str)], &[("cookie", "theme=\"><script>")]] {
        let page = server.browser().posts_with("/t/lobby", &[("message", "hi")], headers).await;
        assert_eq!(page.status, 422);
        assert!(!page.text.contains("data-theme"), "{}", page.text);
        assert!(page.text.contains("content=\"light dark\""), "{}", page.text);
    }
}

#[tokio::test]
async fn a_section_that_the_cookie_closes_is_closed_in_the_markup() {
    let server = start("").await;
    let head = Regex::new("<button[^>]*quiet section[^>]*>").unwrap();
    for (cookie, is_closed) in [
        ("closed=", [false, false]),
        ("closed=favourites", [true, false]),
        ("closed=topics", [false, true]),
        ("closed=both", [true, true]),
        ("closed=\"><script>", [false, false]),
    ] {
        let page = server.browser().gets_with("/t/lobby", &[("cookie", cookie)]).await.text;
        let heads: Vec<_> = head.find_iter(&page).map(|found| found.as_str()).collect();
        let closed: Vec<_> = heads.iter().map(|head| head.contains("aria-expanded=\"false\"")).collect();
        assert_eq!(closed, is_closed, "{cookie}: {heads:?}");
    }
}
