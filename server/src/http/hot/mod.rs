//! Hot pages: what many strangers ask for at once is rendered once, until its topic goes on.
//!
//! A stranger goes by nobody's name, follows nothing and is not spoken of on the page; two of them see the same page but for
//! who they are, the draft in the form and the nonce of the policy. Everybody else has a page rendered for them alone.

mod template;

use std::sync::{Arc, Mutex, PoisonError};

use app::{
    protocol::{DraftId, UserId},
    words::Language,
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
    /// The address, without a query.
    pub(super) path: String,
    /// By which name the server was asked.
    pub(super) base: String,
    pub(super) language: Language,
    /// The topic's newest event: any change of the page is one.
    pub(super) head: u64,
}

/// A page as it was rendered for nobody.
struct Rendered {
    template: Template,
    headers: HeaderMap,
}

/// None: it cannot be kept.
type Place = Arc<OnceCell<Option<Rendered>>>;

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
        user: UserId,
        render: impl FnOnce(UserId, DraftId) -> R,
    ) -> Option<Response>
    where
        R: Future<Output = Response>,
    {
        let place = self.place(key)?;
        let rendered = place.get_or_init(async || {
            let (user, draft) = (crate::session::new_user(), DraftId::fresh());
            keep(render(user, draft).await, user, draft).await
        });
        let Rendered { template, headers } = rendered.await.as_ref()?;
        let own = own(user, DraftId::fresh(), Nonce::new());
        if template.speaks_of(&own.user) {
            return None;
        }
        let mut headers = headers.clone();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy_header(&own.nonce)?);
        Some((headers, template.page(&own)).into_response())
    }

    fn place(&self, key: Key) -> Option<Place> {
        let mut pages = self.pages.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = pages.get(&key) {
            return Some(Arc::clone(place));
        }
        let place = Place::default();
        pages.insert(key, Arc::clone(&place));
        Some(place)
    }
}

fn own(user: UserId, draft: DraftId, nonce: Nonce) -> Own {
    Own { user: user.to_string(), draft: draft.to_string(), nonce: nonce.to_string() }
}

/// Takes a page apart that was rendered for nobody.
async fn keep(page: Response, user: UserId, draft: DraftId) -> Option<Rendered> {
    let (parts, body) = page.into_parts();
    let policy = parts.headers.get(header::CONTENT_SECURITY_POLICY)?.to_str().ok()?;
    let (_, nonce) = policy.split_once("'nonce-")?;
    let nonce = Nonce::from_value(nonce.split_once('\'')?.0);
    let body = to_bytes(body, PAGE_BYTES).await.ok()?;
    let template = Template::of(std::str::from_utf8(&body).ok()?, &own(user, draft, nonce));
    let mut headers = parts.headers;
    headers.remove(header::CONTENT_LENGTH);
    (parts.status == StatusCode::OK).then_some(Rendered { template, headers })
}

#[cfg(test)]
mod tests;
