//! The page that finds messages.

use std::{net::IpAddr, sync::Arc};

use app::{
    page_data::{NotSought, Page, SearchPage},
    protocol::TopicName,
};
use axum::{
    extract::{Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tracing::error;

use super::{language::language_of, pages::render, rate_limit::too_many_requests};
use crate::{
    chat::{Chat, SearchFailure},
    endpoint::address_of,
    event_log::{Hits, QueryError, Search, offsets_of},
};

/// Messages on one page.
const COUNT: u32 = 30;

/// What the address asks for; what makes no sense is not asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    topic: String,
    offsets: String,
    after: Option<String>,
}

/// `GET /search`
pub(crate) async fn open(
    State(chat): State<Arc<Chat>>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let Query(Asked { q, topic, offsets, after }) = asked.unwrap_or_default();
    let offsets = offsets_of(&offsets).unwrap_or_default();
    let (query, topic) = (q.trim().to_owned(), TopicName::from_user_input(&topic).ok());
    let address = address_of(request.extensions(), request.headers());
    let found = find(&chat, address, &query, &offsets, topic.clone(), after.as_deref()).await;
    let (Hits { hits, more, complete }, problem) = match found {
        Ok(hits) => (hits, None),
        Err(NotFound::TooMany(wait_ms)) => return too_many_requests(wait_ms, language_of(request.headers())),
        Err(NotFound::Because(problem)) => (Hits::default(), Some(problem)),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(NotSought::Unavailable | NotSought::TooSlow) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (is_first, more) = (after.is_none(), more.map(|more| more.to_string()));
    let page = SearchPage { query, topic, offsets, hits, is_first, more, incomplete: !complete, problem };
    render(Page::Search(page), status, request).await
}

/// Why a page shows no hits.
enum NotFound {
    /// The address asks too fast; in how many milliseconds it may ask again.
    TooMany(u64),
    /// The page says why.
    Because(NotSought),
}

impl From<SearchFailure> for NotFound {
    fn from(error: SearchFailure) -> Self {
        match error {
            SearchFailure::RateLimited(wait_ms) => Self::TooMany(wait_ms),
            SearchFailure::TooSlow => Self::Because(NotSought::TooSlow),
            SearchFailure::Busy => Self::Because(NotSought::Unavailable),
            SearchFailure::Unreadable(error) => {
                error!(%error, "search.unavailable");
                Self::Because(NotSought::Unavailable)
            }
        }
    }
}

/// Nothing, for whoever has not asked yet.
async fn find(
    chat: &Chat,
    address: IpAddr,
    query: &str,
    offsets: &[i16],
    topic: Option<TopicName>,
    after: Option<&str>,
) -> Result<Hits, NotFound> {
    if query.is_empty() {
        return Ok(Hits::default());
    }
    let search =
        Search::parse_at(query, offsets, topic, after, COUNT).map_err(why).map_err(NotFound::Because)?;
    Ok(chat.searches().search(address, &search).await?)
}

fn why(error: QueryError) -> NotSought {
    match error {
        QueryError::Blank => NotSought::Blank,
        QueryError::TooLong | QueryError::TooMany => NotSought::TooLong,
        QueryError::Day => NotSought::Day,
        QueryError::Topic(_) => NotSought::Topic,
        QueryError::Cursor | QueryError::Offset => NotSought::Address,
    }
}
