//! The table of memberships. Queries join it with the event log's tables, which are never written here.

mod membership_query;
mod missed_follows;
mod write;

use std::collections::HashMap;

use app::protocol::{Follow, Head, Membership, TopicName, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    StoredMembership,
    entity::{Column, Entity},
    pending_reads::MarksByTopic,
};
use crate::{database::Database, event_log::entity::topic};
use membership_query::MembershipRow;
pub(super) use membership_query::membership_query;
pub(super) use missed_follows::MissedFollow;

/// Reads and writes memberships; cheap to clone.
#[derive(Clone)]
pub(super) struct MemberStore {
    pub(super) database: Database,
    max_followed: u64,
}

/// A membership: user, topic, follow, read, rewinds, favourite.
type StoredRow = (Uuid, String, i16, i64, i64, bool);

impl MemberStore {
    /// Whether writing has ended until a restart; that was logged.
    pub(super) fn is_detached(&self) -> bool {
        self.database.is_detached()
    }

    pub(super) fn new(database: Database, max_followed: u64) -> Self {
        Self { database, max_followed }
    }

    pub(super) async fn followed(
        &self,
        user: UserId,
        marks: &MarksByTopic,
    ) -> Result<Vec<Membership>, DbErr> {
        let mut followed = membership_query(user, marks);
        followed.and_where(Expr::col((Entity, Column::Follow)).ne(follow_number(Follow::None)));
        self.query_memberships(&followed).await
    }

    pub(super) async fn memberships_in(
        &self,
        user: UserId,
        topics: &[TopicName],
        marks: &MarksByTopic,
    ) -> Result<Vec<Membership>, DbErr> {
        let marks = topics.iter().filter_map(|topic| Some((topic.clone(), *marks.get(topic)?))).collect();
        let mut in_topics = membership_query(user, &marks);
        let names = topics.iter().map(TopicName::as_str);
        in_topics.and_where(Expr::col((topic::Entity, topic::Column::Name)).is_in(names));
        self.query_memberships(&in_topics).await
    }

    async fn query_memberships(
        &self,
        select: &sea_orm::sea_query::SelectStatement,
    ) -> Result<Vec<Membership>, DbErr> {
        let rows = self.database.read().query_all(select).await?;
        let memberships =
            rows.iter().map(|row| MembershipRow::from_query_result(row, "").map(MembershipRow::membership));
        Ok(memberships.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    pub(super) async fn followed_topics(&self, user: UserId) -> Result<Vec<TopicName>, DbErr> {
        let names: Vec<String> = topic::Entity::find()
            .select_only()
            .column(topic::Column::Name)
            .join(JoinType::InnerJoin, topic_relation())
            .filter(Column::User.eq(user.0))
            .filter(Column::Follow.ne(follow_number(Follow::None)))
            .into_tuple()
            .all(self.database.read())
            .await?;
        Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
    }

    pub(super) async fn stored(&self, people: &[UserId]) -> Result<Vec<StoredMembership>, DbErr> {
        let rows: Vec<StoredRow> = topic::Entity::find()
            .select_only()
            .column_as(Expr::col((Entity, Column::User)), "user")
            .column(topic::Column::Name)
            .column_as(Expr::col((Entity, Column::Follow)), "follow")
            .column_as(Expr::col((Entity, Column::Read)), "read")
            .column_as(Expr::col((Entity, Column::Rewinds)), "rewinds")
            .column_as(Expr::col((Entity, Column::Favourite)), "favourite")
            .join(JoinType::InnerJoin, topic_relation())
            .filter(Column::User.is_in(people.iter().map(|user| user.0)))
            .into_tuple()
            .all(self.database.read())
            .await?;
        let membership = |(user, topic, follow, read, rewinds, favourite): StoredRow| {
            Some(StoredMembership {
                user: UserId(user),
                topic: topic.parse().ok()?,
                follow: follow_from(follow),
                read: read as u64,
                rewinds: rewinds as u64,
                favourite,
            })
        };
        Ok(rows.into_iter().filter_map(membership).collect())
    }

    pub(super) async fn find_by_name_keys(
        &self,
        name: &TopicName,
        keys: &[String],
    ) -> Result<HashMap<String, Vec<UserId>>, DbErr> {
        let topic_id = Query::select()
            .column(topic::Column::Id)
            .from(topic::Entity)
            .and_where(topic::Column::Name.eq(name.as_str()))
            .to_owned();
        let rows: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .columns([Column::User, Column::NameKey])
            .filter(Column::TopicId.in_subquery(topic_id))
            .filter(Column::NameKey.is_in(keys.iter().map(String::as_str)))
            .limit(MAX_NAME_MATCHES)
            .into_tuple()
            .all(self.database.read())
            .await?;
        let mut found: HashMap<String, Vec<UserId>> = HashMap::new();
        rows.into_iter().for_each(|(user, key)| found.entry(key).or_default().push(UserId(user)));
        Ok(found)
    }
}

/// People who are looked up for the names in one message.
const MAX_NAME_MATCHES: u64 = 200;

fn topic_relation() -> sea_orm::RelationDef {
    topic::Entity::belongs_to(Entity).from(topic::Column::Id).to(Column::TopicId).into()
}

pub(super) async fn heads(database: &Database, topics: &[TopicName]) -> Result<Vec<Head>, DbErr> {
    let rows: Vec<(String, i64, i64, String)> = topic::Entity::find()
        .select_only()
        .columns([topic::Column::Name, topic::Column::Head, topic::Column::Messages, topic::Column::Title])
        .filter(topic::Column::Name.is_in(topics.iter().map(TopicName::as_str)))
        .into_tuple()
        .all(database.read())
        .await?;
    let head = |(name, head, messages, title): (String, i64, i64, String)| {
        Some(Head {
            topic: name.parse().ok()?,
            head: head as u64,
            messages: messages as u64,
            title: Some(title),
        })
    };
    Ok(rows.into_iter().filter_map(head).collect())
}

pub(super) async fn clamp_read_marks(database: &Database) -> Result<(), DbErr> {
    let head = Query::select()
        .column(topic::Column::Head)
        .from(topic::Entity)
        .and_where(Expr::col((topic::Entity, topic::Column::Id)).equals((Entity, Column::TopicId)))
        .to_owned();
    let head = || Expr::from(head.clone());
    Entity::update_many()
        .col_expr(Column::Read, head())
        .filter(Expr::col((Entity, Column::Read)).gt(head()))
        .exec(database.write())
        .await?;
    Ok(())
}

/// The value in the column `follow`.
pub(super) fn follow_number(follow: Follow) -> i16 {
    match follow {
        Follow::None => 0,
        Follow::Following => 1,
        Follow::Muted => 2,
    }
}

fn follow_from(number: i16) -> Follow {
    match number {
        1 => Follow::Following,
        2 => Follow::Muted,
        _ => Follow::None,
    }
}
