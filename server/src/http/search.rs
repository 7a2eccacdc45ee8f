//! The page that finds messages.

use app::{
    page::{NotSought, Page, SearchPage},
    protocol::TopicName,
};
use axum::{
    extract::{Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tracing::error;

use super::pages::render;
use crate::log::{Hits, Log, QueryError, Search};

/// Messages on one page.
const COUNT: u32 = 30;

/// What the address asks for; what makes no sense is not asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    topic: String,
    after: Option<String>,
}

/// `GET /search`
pub(crate) async fn open(
    State(log): State<Log>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let Query(Asked { q, topic, after }) = asked.unwrap_or_default();
    let (query, topic) = (q.trim().to_owned(), topic.parse().ok());
    let found = find(&log, &query, topic.clone(), after.as_deref()).await;
    let (Hits { hits, more }, problem) = match found {
        Ok(hits) => (hits, None),
        Err(problem) => (Hits::default(), Some(problem)),
    };
    let status = match problem {
        None => StatusCode::OK,
        Some(NotSought::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let (is_first, more) = (after.is_none(), more.map(|more| more.to_string()));
    let page = SearchPage { query, topic, hits, is_first, more, problem };
    render(Page::Search(page), status, request).await
}

/// Nothing, for whoever has not asked yet.
async fn find(
    log: &Log,
    query: &str,
    topic: Option<TopicName>,
    after: Option<&str>,
) -> Result<Hits, NotSought> {
    if query.is_empty() {
        return Ok(Hits::default());
    }
    let search = Search::parse(query, topic, after, COUNT).map_err(why)?;
    log.search(&search).await.map_err(|error| {
        error!(%error, "search.unavailable");
        NotSought::Unavailable
    })
}

fn why(error: QueryError) -> NotSought {
    match error {
        QueryError::Blank => NotSought::Blank,
        QueryError::TooLong | QueryError::TooMany => NotSought::TooLong,
        QueryError::Day => NotSought::Day,
        QueryError::Topic(_) => NotSought::Topic,
        QueryError::Cursor => NotSought::Address,
    }
}
