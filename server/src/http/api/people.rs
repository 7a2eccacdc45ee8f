//! Memberships (followed topics and read positions), and the people who are in a topic now.

use std::sync::Arc;

use app::protocol::{Follow, Membership, Person, TopicName, UserId};
use axum::{extract::State, http::StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    caller::{Caller, Reader},
    input::{ApiJson, ApiQuery, CursorParam, Limit, NoFields},
    messages::require_topic,
    path::TopicPath,
    problem::{ApiResult, Problem},
    response::json,
};
use crate::{chat::Chat, rights::Door};

// Sorted by topic name, which never changes. All memberships fit into one page unless `max-followed` is raised.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MembershipsQuery {
    cursor: Option<CursorParam<TopicName>>,
    #[serde(default)]
    limit: Limit<1_000, 1_000>,
}

// Pages are in the order of user ids, since names may change between two requests; people within a page are sorted by name.
#[derive(Deserialize, JsonSchema)]
pub(super) struct MembersQuery {
    cursor: Option<CursorParam<Uuid>>,
    #[serde(default)]
    limit: Limit<200, 200>,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MembershipsResponse {
    topics: Vec<Membership>,
    /// The limit that was applied.
    limit: u32,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<TopicName>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct FollowBody {
    follow: Follow,
    /// Whether the topic is one of the caller's favourites; an absent field leaves it as it is.
    favourite: Option<bool>,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct ReadBody {
    /// The last `seq` that the caller has read.
    seq: u64,
    /// Whether messages after `seq` become unread; otherwise the position never moves backwards.
    #[serde(default)]
    unread: bool,
}

#[derive(JsonSchema, Serialize)]
pub(super) struct MembersResponse {
    topic: TopicName,
    /// The number of people who are in the topic.
    here: u64,
    people: Vec<Person>,
    /// The limit that was applied.
    limit: u32,
    /// The `cursor` of the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<UserId>,
}

/// `GET /api/v1/memberships`
pub(super) async fn memberships(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    ApiQuery(MembershipsQuery { cursor, limit }): ApiQuery<MembershipsQuery>,
) -> ApiResult {
    let limit = limit.get();
    let mut topics = chat.memberships(Door::ApiMemberships, &caller.person()).await?;
    topics.sort_by(|a, b| a.topic.cmp(&b.topic));
    topics.retain(|membership| cursor.as_ref().is_none_or(|CursorParam(after)| membership.topic > *after));
    let more = topics.len() > limit as usize;
    topics.truncate(limit as usize);
    let next = topics.last().filter(|_| more).map(|membership| membership.topic.clone());
    Ok(caller.respond(json(StatusCode::OK, &MembershipsResponse { topics, limit, next })))
}

/// `PUT /api/v1/topics/{topic}/membership`
pub(super) async fn follow(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(FollowBody { follow, favourite }): ApiJson<FollowBody>,
) -> ApiResult {
    let topic = chat.rights().follow(Door::ApiFollow, &caller.person(), &path.topic()?)?;
    let session = &caller.session;
    let membership = chat.follow(session.user, &session.name, &topic, follow, favourite).await?;
    Ok(caller.respond(json(StatusCode::OK, &membership)))
}

/// `PUT /api/v1/topics/{topic}/read`
pub(super) async fn read_to(
    State(chat): State<Arc<Chat>>,
    caller: Caller,
    path: TopicPath,
    _: ApiQuery<NoFields>,
    ApiJson(ReadBody { seq, unread }): ApiJson<ReadBody>,
) -> ApiResult {
    let topic = chat.rights().follow(Door::ApiRead, &caller.person(), &path.topic()?)?;
    chat.set_read_position(caller.session.user, &topic, seq, unread).await;
    let membership = chat.membership(caller.session.user, &topic).await?;
    let membership = membership
        .ok_or_else(|| Problem::not_found("you have no membership in this topic; follow it first"))?;
    Ok(caller.respond(json(StatusCode::OK, &membership)))
}

/// `GET /api/v1/topics/{topic}/members`: who is there now.
pub(super) async fn members(
    Reader(person): Reader,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    ApiQuery(MembersQuery { cursor, limit }): ApiQuery<MembersQuery>,
) -> ApiResult {
    let topic = chat.rights().read(Door::ApiMembers, &person, &path.topic()?)?;
    let limit = limit.get();
    let after = cursor.map(|CursorParam(user)| UserId(user));
    let (here, mut people) = chat.people_after(&topic, after, limit as usize + 1);
    // People may be in a topic before it has its first event.
    if here == 0 {
        require_topic(chat.log().head(&topic).await.map_err(|error| Problem::of_store(&error))?)?;
    }
    let more = people.len() > limit as usize;
    people.truncate(limit as usize);
    let next = people.last().filter(|_| more).map(|person| person.user);
    people.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    let topic = topic.topic().clone();
    Ok(json(StatusCode::OK, &MembersResponse { topic, here, people, limit, next }))
}
