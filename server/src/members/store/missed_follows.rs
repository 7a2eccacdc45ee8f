//! People who wrote in a topic and do not follow it yet. A follow is stored after the message that causes it, so that no message
//! waits for it; a process that is killed in between leaves it to the next start.

use app::protocol::{Name, Timestamp, TopicName, UserId};
use sea_orm::{
    ConnectionTrait, DbErr, FromQueryResult,
    sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{MemberStore, write::to_i64};
use crate::{
    event_log::entity::{
        event::{self, kind},
        topic,
    },
    members::entity::{Column, Entity},
    session::entity as session,
};

/// Topics that are looked at, the most recently active first.
const MAX_TOPICS: u64 = 256;
/// Events of each topic that are looked at, the newest first.
const MAX_EVENTS: i64 = 1_000;
/// Milliseconds before the newest event of a topic in which a follow may have been missed. Follows are stored within seconds.
const WINDOW_MS: i64 = 10 * 60 * 1_000;
/// Follows that are returned.
const MAX_FOLLOWS: u64 = 1_000;

/// An author who has a session and no membership.
pub(in crate::members) struct MissedFollow {
    pub(in crate::members) user: UserId,
    pub(in crate::members) name: Name,
    pub(in crate::members) topic: TopicName,
    /// The first event of theirs that was found.
    pub(in crate::members) seq: u64,
}

#[derive(FromQueryResult)]
struct Row {
    author: Uuid,
    name: String,
    topic: String,
    seq: i64,
}

impl MemberStore {
    /// Returns the authors of the newest events who have a session and no membership in the topic. With `before`, ignores events from
    /// that time on.
    pub(in crate::members) async fn missed_follows(
        &self,
        before: Option<Timestamp>,
    ) -> Result<Vec<MissedFollow>, DbErr> {
        let database = self.database.read();
        let query = with_session(authors_without_membership(before));
        let rows =
            Row::find_by_statement(database.get_database_backend().build(&query)).all(database).await?;
        Ok(rows.into_iter().filter_map(missed_follow).collect())
    }
}

fn missed_follow(Row { author, name, topic, seq }: Row) -> Option<MissedFollow> {
    Some(MissedFollow {
        user: UserId(author),
        name: Name::parse(&name).ok()?,
        topic: topic.parse().ok()?,
        seq: u64::try_from(seq).ok()?,
    })
}

fn authors_without_membership(before: Option<Timestamp>) -> SelectStatement {
    let topics = Query::select()
        .columns([topic::Column::Id, topic::Column::Name, topic::Column::Head])
        .from(topic::Entity)
        .order_by(topic::Column::ActiveAt, Order::Desc)
        .limit(MAX_TOPICS)
        .to_owned();
    let of_topic = |column: topic::Column| Expr::col((topic::Entity, column));
    let of_event = |column: event::Column| Expr::col((event::Entity, column));
    let of_newest = |column: event::Column| Expr::col(("newest", column));
    let newest = of_newest(event::Column::TopicId)
        .equals((topic::Entity, topic::Column::Id))
        .and(of_newest(event::Column::Seq).equals((topic::Entity, topic::Column::Head)));
    // By the topic's own newest event: the clock may have been ahead when another topic was written in.
    let recent = of_event(event::Column::TopicId)
        .equals((topic::Entity, topic::Column::Id))
        .and(of_event(event::Column::Seq).gt(of_topic(topic::Column::Head).sub(MAX_EVENTS)))
        .and(of_event(event::Column::At).gte(of_newest(event::Column::At).sub(WINDOW_MS)));
    let membership = Expr::col((Entity, Column::User))
        .equals((event::Entity, event::Column::Author))
        .and(Expr::col((Entity, Column::TopicId)).equals((topic::Entity, topic::Column::Id)));
    Query::select()
        .column((event::Entity, event::Column::Author))
        .expr_as(of_topic(topic::Column::Name), "topic")
        .expr_as(of_event(event::Column::Seq).min(), "seq")
        .from_subquery(topics, topic::Entity)
        .join_as(JoinType::InnerJoin, event::Entity, "newest", newest)
        .join(JoinType::InnerJoin, event::Entity, recent)
        .join(JoinType::LeftJoin, Entity, membership)
        .and_where(of_event(event::Column::Kind).is_in([kind::MESSAGE, kind::TOMBSTONE, kind::ABOUT]))
        .and_where(of_event(event::Column::Unverified).eq(false))
        .and_where_option(before.map(|before| of_event(event::Column::At).lt(to_i64(before.0))))
        .and_where(Expr::col((Entity, Column::User)).is_null())
        .group_by_columns([(event::Entity, event::Column::Author)])
        .group_by_columns([(topic::Entity, topic::Column::Name)])
        .to_owned()
}

/// Adds the name of the session, and drops authors without one. The few authors are found first, since no index finds a session by its
/// person.
fn with_session(authors: SelectStatement) -> SelectStatement {
    let session = Expr::col((session::Entity, session::Column::User)).equals(("missed", "author"));
    Query::select()
        .column(("missed", "author"))
        .column(("missed", "topic"))
        .column(("missed", "seq"))
        .expr_as(Expr::col((session::Entity, session::Column::Name)).min(), "name")
        .from_subquery(authors, "missed")
        .join(JoinType::InnerJoin, session::Entity, session)
        .group_by_columns([("missed", "author"), ("missed", "topic"), ("missed", "seq")])
        .limit(MAX_FOLLOWS)
        .to_owned()
}
