//! What one follows and has read, and who is in a topic.

use std::sync::Arc;

use app::protocol::{Follow, Membership, Person, TopicName, UserId};
use axum::{extract::State, http::StatusCode, response::Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    body::json,
    caller::{Caller, Reader},
    input::{ApiJson, ApiQuery, Cursor, Limit, NoFields},
    past::has_begun,
    path::TopicPath,
    problem::Problem,
};
use crate::chat::Chat;

type Answer = Result<Response, Problem>;

/// In the order of topics' names, which never change. All of them fit into one answer unless the server lets people follow
/// more.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MembershipsQuery {
    cursor: Option<Cursor<TopicName>>,
    #[serde(default)]
    limit: Limit<1_000, 1_000>,
}

/// Pages follow each other in the order of people's ids, since names change while somebody reads; each is in the order of names.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MembersQuery {
    cursor: Option<Cursor<Uuid>>,
    #[serde(default)]
    limit: Limit<200, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MembershipsResponse {
    topics: Vec<Membership>,
    /// The limit in force.
    limit: u32,
    /// Where the list goes on, as `cursor`; left out at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<TopicName>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct FollowBody {
    follow: Follow,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ReadBody {
    /// The last `seq` that was read.
    seq: u64,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MembersResponse {
    topic: TopicName,
    /// How many people are there in all.
    here: u64,
    people: Vec<Person>,
    /// The limit in force.
    limit: u32,
    /// Where the list goes on, as `cursor`; left out at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<UserId>,
}

/// `GET /api/v1/memberships`
pub(super) async fn memberships(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    ApiQuery(MembershipsQuery { cursor, limit }): ApiQuery<MembershipsQuery>,
) -> Answer {
    let limit = limit.get();
    let mut topics = chat.memberships(caller.session.user).await?;
    topics.sort_by(|a, b| a.topic.cmp(&b.topic));
    topics.retain(|place| cursor.as_ref().is_none_or(|Cursor(after)| place.topic > *after));
    let more = topics.len() > limit as usize;
    topics.truncate(limit as usize);
    let next = topics.last().filter(|_| more).map(|place| place.topic.clone());
    Ok(caller.take_home(json(StatusCode::OK, &MembershipsResponse { topics, limit, next })))
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
    ApiQuery(MembersQuery { cursor, limit }): ApiQuery<MembersQuery>,
) -> Answer {
    let (topic, limit) = (path.topic()?, limit.get());
    let after = cursor.map(|Cursor(user)| UserId(user));
    let (here, mut people) = chat.people_after(&topic, after, limit as usize + 1);
    // People may be there before anybody has written.
    if here == 0 {
        has_begun(chat.log().head(&topic).await.map_err(|error| Problem::of_store(&error))?)?;
    }
    let more = people.len() > limit as usize;
    people.truncate(limit as usize);
    let next = people.last().filter(|_| more).map(|person| person.user);
    people.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    Ok(json(StatusCode::OK, &MembersResponse { topic, here, people, limit, next }))
}
