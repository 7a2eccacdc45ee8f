use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::HeaderValue;

use super::*;

/// Pages, and how many were rendered.
struct Bench {
    pages: HotPages,
    rendered: AtomicUsize,
}

impl Bench {
    fn new(most: usize) -> Self {
        Self { pages: HotPages::new(most), rendered: AtomicUsize::new(0) }
    }

    /// Opens a page as a stranger, and says whether there was one that could be shared.
    async fn opens(&self, topic: &str, head: u64, answer: (StatusCode, usize)) -> bool {
        let key = Key { topic: topic.parse().unwrap(), base: String::new(), language: Language::En };
        let render = async |user: UserId, _: DraftId| {
            self.rendered.fetch_add(1, Ordering::Relaxed);
            let policy = HeaderValue::from_static("script-src 'nonce-abc'");
            let text = format!("{user} abc {}", "x".repeat(answer.1));
            (answer.0, [(header::CONTENT_SECURITY_POLICY, policy)], text).into_response()
        };
        let user = crate::session::new_user();
        let Some(page) = self.pages.page(key, head, user, render).await else { return false };
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let text = String::from_utf8(to_bytes(page.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        let (own, nonce) = text.split_once(' ').unwrap();
        assert_eq!(own, user.to_string());
        assert!(
            policy.contains(&format!("'nonce-{}'", nonce.trim_end_matches(['x', ' '])))
                && !policy.contains("abc")
        );
        true
    }

    fn rendered(&self) -> usize {
        self.rendered.load(Ordering::Relaxed)
    }
}

const SOME: (StatusCode, usize) = (StatusCode::OK, 3);
const FAILED: (StatusCode, usize) = (StatusCode::SERVICE_UNAVAILABLE, 3);
const LARGE: (StatusCode, usize) = (StatusCode::OK, PAGE_BYTES);

#[tokio::test]
async fn a_page_is_rendered_once_until_its_topic_goes_on() {
    let bench = Bench::new(2);
    // Whoever looked at the topic a moment too early gets what is newer.
    for (head, rendered) in [(1, 1), (1, 1), (2, 2), (1, 2), (2, 2), (4, 3), (3, 3)] {
        assert!(bench.opens("a", head, SOME).await);
        assert_eq!(bench.rendered(), rendered, "at {head}");
    }
    for (topic, rendered) in [("b", 4), ("a", 4), ("c", 5), ("a", 5), ("b", 6)] {
        assert!(bench.opens(topic, 4, SOME).await);
        assert_eq!(bench.rendered(), rendered, "{topic}: two are kept, those that were used last");
    }
    let bench = Bench::new(2);
    futures::future::join_all((0..9).map(|_| bench.opens("a", 1, SOME))).await;
    assert_eq!(bench.rendered(), 1, "who comes meanwhile waits");
}

#[tokio::test]
async fn what_cannot_be_shared_is_rendered_by_whoever_asks() {
    let bench = Bench::new(2);
    // What failed is tried again; what was too large is not, until its topic goes on.
    for (head, answer, rendered) in
        [(1, FAILED, 1), (1, FAILED, 2), (2, LARGE, 3), (2, LARGE, 3), (3, LARGE, 4)]
    {
        assert!(!bench.opens("a", head, answer).await);
        assert_eq!(bench.rendered(), rendered);
    }
    assert!(bench.opens("a", 4, SOME).await);
    assert!(!Bench::new(0).opens("a", 1, SOME).await, "none are kept");
}

#[tokio::test]
async fn whoever_a_page_speaks_of_has_one_of_their_own() {
    let (pages, [ann, bob]) = (HotPages::new(2), [crate::session::new_user(), crate::session::new_user()]);
    for (user, is_shared) in [(bob, true), (ann, false), (bob, true)] {
        let key = Key { topic: "a".parse().unwrap(), base: String::new(), language: Language::En };
        let policy = HeaderValue::from_static("script-src 'nonce-abc'");
        let render =
            async |_, _| ([(header::CONTENT_SECURITY_POLICY, policy)], format!("by {ann}")).into_response();
        assert_eq!(pages.page(key, 1, user, render).await.is_some(), is_shared);
    }
}
