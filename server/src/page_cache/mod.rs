//! Cache of rendered topic pages for anonymous viewers. An entry is valid until its topic gets another event.
//!
//! An anonymous viewer has no name, follows no topic and does not occur on the page. Two of them see the same page except for three
//! values: their user id, the draft id in the form and the nonce of the Content-Security-Policy. The cache keeps the page with
//! placeholders for these. Everybody else gets a page rendered for them alone.

mod template;

use std::sync::Arc;

use app::{
    i18n::Language,
    page_data::Appearance,
    protocol::{DraftId, TopicName, UserId},
};
use axum::{
    body::to_bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hashlink::LruCache;
use leptos::nonce::Nonce;
use parking_lot::Mutex;
use tokio::sync::OnceCell;

use template::{Template, ViewerValues};

/// The largest page that is cached, in bytes.
const MAX_RENDERED_BYTES: usize = 256 * 1_024;

/// Everything that an anonymous viewer's page depends on, besides the topic's events.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct PageKey {
    pub(crate) topic: TopicName,
    /// The base URL of the page's absolute links.
    pub(crate) base: String,
    pub(crate) language: Language,
    pub(crate) appearance: Appearance,
    /// How often published events turned out not to be stored: a page with such events is not used again.
    pub(crate) divergences: u64,
}

/// A cached page, its Content-Security-Policy and its other response headers.
struct RenderedPage {
    template: Template,
    policy: Template,
    headers: HeaderMap,
}

/// Filled by the first caller, while the others wait. `None` marks a page that is too large to be cached.
type PageCell = Arc<OnceCell<Option<RenderedPage>>>;

/// The page could not be rendered; the next caller tries again.
struct RenderFailed;

/// A cached page and the topic's newest `seq` at that time. Each change of the page is an event, so the page is valid as long as the
/// topic's head has not moved on. The page may be newer than `head`, since it is rendered after `head` was read.
struct CachedPage {
    head: u64,
    cell: PageCell,
}

/// The most recently used pages. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PageCache {
    pages: Option<Arc<Mutex<LruCache<PageKey, CachedPage>>>>,
}

impl PageCache {
    /// Creates a cache for `capacity` pages; 0 turns it off.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { pages: (capacity > 0).then(|| Arc::new(Mutex::new(LruCache::new(capacity)))) }
    }

    /// Returns the page for an anonymous viewer, `user`. On a miss, one caller renders it with random ids and concurrent callers wait
    /// for the result.
    ///
    /// Returns `None` when the page cannot be shared: it mentions `user`, is too large, failed to render, or the cache is off.
    pub(crate) async fn get_or_render<R>(
        &self,
        key: PageKey,
        head: u64,
        user: UserId,
        render: impl FnOnce(UserId, DraftId) -> R,
    ) -> Option<Response>
    where
        R: Future<Output = Response>,
    {
        let cell = self.cell(key, head)?;
        let rendered = cell.get_or_try_init(async || {
            // Ids that occur nowhere else, so that every occurrence on the page is a placeholder.
            let user = crate::session::new_user();
            let draft = DraftId::fresh();
            to_rendered_page(render(user, draft).await, user, draft).await
        });
        let RenderedPage { template, policy, headers } = rendered.await.ok()?.as_ref()?;
        let values = viewer_values(user, DraftId::fresh(), Nonce::new());
        // This person's own messages or mentions look different to them.
        if template.contains_user(&values.user) {
            return None;
        }
        let mut headers = headers.clone();
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy.fill(&values)).ok()?);
        Some((headers, template.fill(&values)).into_response())
    }

    /// Returns the page's cell, a new one if the cached page is older than `head`. Returns `None` when the cache is off.
    fn cell(&self, key: PageKey, head: u64) -> Option<PageCell> {
        let mut pages = self.pages.as_ref()?.lock();
        if let Some(page) = pages.get(&key).filter(|page| page.head >= head) {
            return Some(Arc::clone(&page.cell));
        }
        let cell = PageCell::default();
        pages.insert(key, CachedPage { head, cell: Arc::clone(&cell) });
        Some(cell)
    }
}

fn viewer_values(user: UserId, draft: DraftId, nonce: Nonce) -> ViewerValues {
    ViewerValues { user: user.to_string(), draft: draft.to_string(), nonce: nonce.to_string() }
}

/// Turns a response that was rendered for `user` and `draft` into a template. Returns `Ok(None)` when it is too large to be cached.
async fn to_rendered_page(
    page: Response,
    user: UserId,
    draft: DraftId,
) -> Result<Option<RenderedPage>, RenderFailed> {
    let (parts, body) = page.into_parts();
    if parts.status != StatusCode::OK {
        return Err(RenderFailed);
    }
    let policy = policy_of(&parts.headers).ok_or(RenderFailed)?;
    let values = viewer_values(user, draft, nonce_in(policy).ok_or(RenderFailed)?);
    let policy = Template::new(policy, &values);
    let Ok(body) = to_bytes(body, MAX_RENDERED_BYTES).await else { return Ok(None) };
    let text = std::str::from_utf8(&body).map_err(|_| RenderFailed)?;
    let template = Template::new(text, &values);
    let mut headers = parts.headers;
    // The values of another viewer may have other lengths.
    headers.remove(header::CONTENT_LENGTH);
    Ok(Some(RenderedPage { template, policy, headers }))
}

fn policy_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()
}

fn nonce_in(policy: &str) -> Option<Nonce> {
    let (_, nonce) = policy.split_once("'nonce-")?;
    Some(Nonce::from_value(nonce.split_once('\'')?.0))
}

#[cfg(test)]
mod tests;
