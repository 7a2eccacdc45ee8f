//! Hot pages: what many strangers ask for at once is rendered once, until its topic goes on.
//!
//! A stranger goes by nobody's name, follows nothing and is not spoken of on the page; two of them see the same page but for
//! who they are, the draft in the form and the nonce of the policy. Everybody else has a page rendered for them alone.

mod template;

use std::sync::{Arc, Mutex, PoisonError};

use app::{
    i18n::Language,
    protocol::{DraftId, TopicName, UserId},
};
use axum::{
    body::to_bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hashlink::LruCache;
use leptos::nonce::Nonce;
use tokio::sync::OnceCell;

use super::pages::policy_header;
use template::{Own, Template};

/// A larger page is not kept, in bytes.
const PAGE_BYTES: usize = 256 * 1_024;

/// What a stranger's page hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) topic: TopicName,
    /// By which name the server was asked.
    pub(super) base: String,
    pub(super) language: Language,
}

/// A page as it was rendered for nobody.
struct Rendered {
    template: Template,
    headers: HeaderMap,
}

/// A page; none that takes too much room, as long as its topic stands where it does.
type Cell = Arc<OnceCell<Option<Rendered>>>;

/// Something that a page needs was not there just now.
struct Failed;

/// A page and the event that its topic stood at, or an earlier one: any change of the page is an event.
struct Place {
    head: u64,
    cell: Cell,
}

/// The pages that were asked for last; cheap to clone.
#[derive(Clone)]
pub(crate) struct HotPages {
    pages: Option<Arc<Mutex<LruCache<Key, Place>>>>,
}

impl HotPages {
    /// Keeps so many pages at the most.
    pub(crate) fn new(most: usize) -> Self {
        Self { pages: (most > 0).then(|| Arc::new(Mutex::new(LruCache::new(most)))) }
    }

    /// A stranger's page; none for somebody that it speaks of. `render` makes it for a person and a draft that are nobody's;
    /// who asks meanwhile waits for that.
    pub(super) async fn page<R>(
        &self,
        key: Key,
        head: u64,
        user: UserId,
        render: impl FnOnce(UserId, DraftId) -> R,
    ) -> Option<Response>
    where
        R: Future<Output = Response>,
    {
        let cell = self.cell(key, head)?;
        let rendered = cell.get_or_try_init(async || {
            let (user, draft) = (crate::session::new_user(), DraftId::fresh());
            keep(render(user, draft).await, user, draft).await
        });
        let Rendered { template, headers } = rendered.await.ok()?.as_ref()?;
        let own = own(user, DraftId::fresh(), Nonce::new());
        if template.speaks_of(&own.user) {
            return None;
        }
        let mut headers = headers.clone();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy_header(&own.nonce)?);
        Some((headers, template.page(&own)).into_response())
    }

    /// A page's place; one that its topic has left behind is given up.
    fn cell(&self, key: Key, head: u64) -> Option<Cell> {
        let mut pages = self.pages.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = pages.get(&key).filter(|place| place.head >= head) {
            return Some(Arc::clone(&place.cell));
        }
        let cell = Cell::default();
        pages.insert(key, Place { head, cell: Arc::clone(&cell) });
        Some(cell)
    }
}

fn own(user: UserId, draft: DraftId, nonce: Nonce) -> Own {
    Own { user: user.to_string(), draft: draft.to_string(), nonce: nonce.to_string() }
}

/// Takes a page apart that was rendered for nobody.
async fn keep(page: Response, user: UserId, draft: DraftId) -> Result<Option<Rendered>, Failed> {
    let (parts, body) = page.into_parts();
    if parts.status != StatusCode::OK {
        return Err(Failed);
    }
    let nonce = nonce_of(&parts.headers).ok_or(Failed)?;
    let Ok(body) = to_bytes(body, PAGE_BYTES).await else { return Ok(None) };
    let text = std::str::from_utf8(&body).map_err(|_| Failed)?;
    let template = Template::of(text, &own(user, draft, nonce));
    let mut headers = parts.headers;
    headers.remove(header::CONTENT_LENGTH);
    Ok(Some(Rendered { template, headers }))
}

fn nonce_of(headers: &HeaderMap) -> Option<Nonce> {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()?;
    let (_, nonce) = policy.split_once("'nonce-")?;
    Some(Nonce::from_value(nonce.split_once('\'')?.0))
}

#[cfg(test)]
mod tests;
