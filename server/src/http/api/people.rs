//! What one follows and has read, and who is in a topic.

use std::sync::Arc;

use app::protocol::{Follow, Membership, Person, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::{
    body::json,
    caller::{Caller, Reader},
    input::{ApiJson, ApiQuery, NoFields},
    past::has_begun,
    path::TopicPath,
    problem::Problem,
};
use crate::chat::Chat;

type Answer = Result<Response, Problem>;

#[derive(Serialize)]
struct MembershipsResponse {
    topics: Vec<Membership>,
}

#[derive(Deserialize)]
pub(super) struct FollowBody {
    follow: Follow,
}

#[derive(Deserialize)]
pub(super) struct ReadBody {
    seq: u64,
}

#[derive(Serialize)]
struct MembersResponse {
    topic: TopicName,
    here: u64,
    people: Vec<Person>,
}

/// `GET /api/v1/memberships`
pub(super) async fn memberships(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    _: ApiQuery<NoFields>,
) -> Answer {
    let topics = chat.memberships(caller.session.user).await?;
    Ok(caller.take_home(json(StatusCode::OK, &MembershipsResponse { topics })))
}

/// `PUT /api/v1/topics/{topic}/membership`
pub(super) async fn follow(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(FollowBody { follow }): ApiJson<FollowBody>,
) -> Answer {
    let place = chat.follow(caller.session.user, &caller.session.name, &path.topic()?, follow).await?;
    Ok(caller.take_home(json(StatusCode::OK, &place)))
}

/// `PUT /api/v1/topics/{topic}/read`
pub(super) async fn read_to(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(ReadBody { seq }): ApiJson<ReadBody>,
) -> Answer {
    let topic = path.topic()?;
    chat.has_read(caller.session.user, &topic, seq).await;
    let place = chat.membership(caller.session.user, &topic).await?;
    let place = place.ok_or_else(|| Problem::not_found("you never followed that topic"))?;
    Ok(caller.take_home(json(StatusCode::OK, &place)))
}

/// `GET /api/v1/topics/{topic}/members`: who is there now.
pub(super) async fn members(
    _: Reader,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    _: ApiQuery<NoFields>,
) -> Answer {
    let topic = path.topic()?;
    let (here, people) = chat.people_here(&topic);
    // People may be there before anybody has written.
    if here == 0 {
        has_begun(chat.log().head(&topic).await.map_err(|error| Problem::of_store(&error))?)?;
    }
    Ok(json(StatusCode::OK, &MembersResponse { topic, here, people }))
}
