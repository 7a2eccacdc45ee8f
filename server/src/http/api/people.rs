//! What one follows and has read, and who is in a topic.

use std::sync::Arc;

use app::protocol::{Follow, Membership, Person, TopicName};
use axum::{extract::State, http::StatusCode, response::Response};
use serde::{Deserialize, Serialize};

use super::{
    body::{Given, json, read},
    caller::{Caller, Reader},
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
struct FollowBody {
    follow: Follow,
}

#[derive(Deserialize)]
struct ReadBody {
    seq: u64,
}

#[derive(Serialize)]
struct MembersResponse {
    topic: TopicName,
    here: u64,
    people: Vec<Person>,
}

/// `GET /api/v1/memberships`
pub(super) async fn memberships(State(chat): State<Arc<Chat>>, caller: Caller) -> Answer {
    let topics = chat.memberships(caller.session.user).await?;
    Ok(caller.take_home(json(StatusCode::OK, &MembershipsResponse { topics })))
}

/// `PUT /api/v1/topics/{topic}/membership`
pub(super) async fn follow(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    given: Given,
) -> Answer {
    let FollowBody { follow } = read(given)?;
    let place = chat.follow(caller.session.user, &caller.session.name, &path.topic()?, follow).await?;
    Ok(caller.take_home(json(StatusCode::OK, &place)))
}

/// `PUT /api/v1/topics/{topic}/read`
pub(super) async fn read_to(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    given: Given,
) -> Answer {
    let (ReadBody { seq }, topic) = (read(given)?, path.topic()?);
    chat.has_read(caller.session.user, &topic, seq).await;
    let place = chat.membership(caller.session.user, &topic).await?;
    let place = place.ok_or_else(|| Problem::not_found("you never followed that topic"))?;
    Ok(caller.take_home(json(StatusCode::OK, &place)))
}

/// `GET /api/v1/topics/{topic}/members`: who is there now.
pub(super) async fn members(_: Reader, State(chat): State<Arc<Chat>>, path: TopicPath) -> Answer {
    let topic = path.topic()?;
    let (here, people) = chat.people_here(&topic);
    Ok(json(StatusCode::OK, &MembersResponse { topic, here, people }))
}
