use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A cache that counts how many pages were rendered.
struct CountingCache {
    cache: PageCache,
    rendered: AtomicUsize,
}

impl CountingCache {
    fn new(capacity: usize) -> Self {
        Self { cache: PageCache::new(capacity), rendered: AtomicUsize::new(0) }
    }

    /// Requests a page as an anonymous viewer. `rendering` is the status and the length of the rendered page. Returns whether the
    /// cache had a page to share.
    async fn serves(&self, topic: &str, head: u64, rendering: (StatusCode, usize)) -> bool {
        let base = String::new();
        let language = Language::En;
        let key = PageKey {
            topic: topic.parse().unwrap(),
            base,
            language,
            appearance: Appearance::default(),
            divergences: 0,
        };
        let render = async |user: UserId, _: DraftId| {
            self.rendered.fetch_add(1, Ordering::Relaxed);
            let policy = HeaderValue::from_static("script-src 'nonce-abc'");
            let text = format!("{user} abc {}", "x".repeat(rendering.1));
            (rendering.0, [(header::CONTENT_SECURITY_POLICY, policy)], text).into_response()
        };
        let user = crate::session::new_user();
        let Some(page) = self.cache.get_or_render(key, head, user, render).await else { return false };
        let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let text = String::from_utf8(to_bytes(page.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        let (shown_user, nonce) = text.split_once(' ').unwrap();
        assert_eq!(shown_user, user.to_string());
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

const SMALL: (StatusCode, usize) = (StatusCode::OK, 3);
const FAILED: (StatusCode, usize) = (StatusCode::SERVICE_UNAVAILABLE, 3);
const LARGE: (StatusCode, usize) = (StatusCode::OK, MAX_RENDERED_BYTES);

#[tokio::test]
async fn a_page_is_rendered_once_until_its_topic_has_a_new_event() {
    let cache = CountingCache::new(2);
    // A caller that read an older head gets the newer page.
    for (head, rendered) in [(1, 1), (1, 1), (2, 2), (1, 2), (2, 2), (4, 3), (3, 3)] {
        assert!(cache.serves("a", head, SMALL).await);
        assert_eq!(cache.rendered(), rendered, "at {head}");
    }
    for (topic, rendered) in [("b", 4), ("a", 4), ("c", 5), ("a", 5), ("b", 6)] {
        assert!(cache.serves(topic, 4, SMALL).await);
        assert_eq!(cache.rendered(), rendered, "{topic}: the cache holds the two that were used last");
    }
    let cache = CountingCache::new(2);
    futures::future::join_all((0..9).map(|_| cache.serves("a", 1, SMALL))).await;
    assert_eq!(cache.rendered(), 1, "concurrent callers wait for the one that renders");
}

#[tokio::test]
async fn a_page_that_fails_or_is_too_large_is_not_shared() {
    let cache = CountingCache::new(2);
    // A failure is tried again at once; a page that was too large only when its topic has a new event.
    for (head, rendering, rendered) in
        [(1, FAILED, 1), (1, FAILED, 2), (2, LARGE, 3), (2, LARGE, 3), (3, LARGE, 4)]
    {
        assert!(!cache.serves("a", head, rendering).await);
        assert_eq!(cache.rendered(), rendered);
    }
    assert!(cache.serves("a", 4, SMALL).await);
    assert!(!CountingCache::new(0).serves("a", 1, SMALL).await, "capacity 0 turns the cache off");
}

#[tokio::test]
async fn a_page_that_contains_the_viewers_id_is_not_shared_with_them() {
    let cache = PageCache::new(2);
    let ann = crate::session::new_user();
    let bob = crate::session::new_user();
    for (user, is_shared) in [(bob, true), (ann, false), (bob, true)] {
        let base = String::new();
        let language = Language::En;
        let key = PageKey {
            topic: "a".parse().unwrap(),
            base,
            language,
            appearance: Appearance::default(),
            divergences: 0,
        };
        let policy = HeaderValue::from_static("script-src 'nonce-abc'");
        let render =
            async |_, _| ([(header::CONTENT_SECURITY_POLICY, policy)], format!("by {ann}")).into_response();
        assert_eq!(cache.get_or_render(key, 1, user, render).await.is_some(), is_shared);
    }
}
