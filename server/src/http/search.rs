//! The search page.

use std::{net::IpAddr, sync::Arc};

use app::{
    page_data::{Page, SearchError, SearchPage},
    protocol::{DEFAULT_PAGE_SIZE, TopicName},
};
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tracing::error;

use super::{
    address_limits::ClientIp, denied_page::denied_page, page_context::PageContext, pages::render,
    refusal::too_many_requests,
};
use crate::{
    chat::{Chat, SearchFailure},
    event_log::{Hits, QueryError, Search, parse_utc_offsets},
    rights::{Door, ReadScope},
    session::Session,
};

const HITS_PER_PAGE: u32 = DEFAULT_PAGE_SIZE;

/// The query of the search page. Invalid values are ignored, except in `q` and `after`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct SearchPageQuery {
    q: String,
    topic: String,
    offsets: String,
    after: Option<String>,
}

/// `GET /search`
pub(crate) async fn open(
    State(chat): State<Arc<Chat>>,
    Extension(session): Extension<Session>,
    params: Result<Query<SearchPageQuery>, QueryRejection>,
    ClientIp(address): ClientIp,
    context: PageContext,
) -> Response {
    let scope = match chat.rights().scope(Door::SearchPage, &session.person()) {
        Ok(scope) => scope,
        Err(denied) => return denied_page(denied, context).await,
    };
    let Query(SearchPageQuery { q, topic, offsets, after }) = params.unwrap_or_default();
    let offsets = parse_utc_offsets(&offsets).unwrap_or_default();
    let query = q.trim().to_owned();
    let topic = TopicName::from_user_input(&topic).ok();
    let found = find(&chat, &scope, address, &query, &offsets, topic.clone(), after.as_deref()).await;
    let (Hits { hits, more, complete }, problem) = match found {
        Ok(hits) => (hits, None),
        Err(SearchPageError::RateLimited(wait_ms)) => {
            return too_many_requests(wait_ms, context.presentation());
        }
        Err(SearchPageError::Shown(problem)) => (Hits::default(), Some(problem)),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(SearchError::Unavailable | SearchError::TooSlow) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let is_first = after.is_none();
    let more = more.map(|more| more.to_string());
    let page = SearchPage { query, topic, offsets, hits, is_first, more, incomplete: !complete, problem };
    render(Page::Search(page), status, context).await
}

enum SearchPageError {
    /// The client address exceeds its rate limit. Holds the milliseconds to wait.
    RateLimited(u64),
    /// An error that the page shows.
    Shown(SearchError),
}

impl From<SearchFailure> for SearchPageError {
    fn from(error: SearchFailure) -> Self {
        match error {
            SearchFailure::RateLimited(wait_ms) => Self::RateLimited(wait_ms),
            SearchFailure::TooSlow => Self::Shown(SearchError::TooSlow),
            SearchFailure::Busy => Self::Shown(SearchError::Unavailable),
            SearchFailure::Unreadable(error) => {
                error!(%error, "search.unavailable");
                Self::Shown(SearchError::Unavailable)
            }
        }
    }
}

/// An empty query, as on the first visit, has no hits.
async fn find(
    chat: &Chat,
    scope: &ReadScope,
    address: IpAddr,
    query: &str,
    offsets: &[i16],
    topic: Option<TopicName>,
    after: Option<&str>,
) -> Result<Hits, SearchPageError> {
    if query.is_empty() {
        return Ok(Hits::default());
    }
    let search = Search::parse_at(query, offsets, topic, after, HITS_PER_PAGE)
        .map_err(query_problem)
        .map_err(SearchPageError::Shown)?;
    Ok(chat.searches().search(address, scope, &search).await?)
}

fn query_problem(error: QueryError) -> SearchError {
    match error {
        QueryError::Blank => SearchError::Blank,
        QueryError::TooLong | QueryError::TooMany => SearchError::TooLong,
        QueryError::Day => SearchError::InvalidDay,
        QueryError::Topic(_) | QueryError::TwoTopics => SearchError::InvalidTopic,
        QueryError::Cursor | QueryError::Offset => SearchError::InvalidAddress,
    }
}
