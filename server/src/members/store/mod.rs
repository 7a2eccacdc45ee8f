//! The members' table behind the members' own words. It joins the log's tables and never writes them.

mod places;
mod write;

use std::collections::HashMap;

use app::protocol::{Follow, Head, Membership, TopicName, UserId};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    entity::{Column, Entity},
    pending::Marks,
};
use crate::{database::Database, event_log::entity::topic};
pub(super) use places::{Place, places};

/// Reads and writes memberships; cheap to clone.
#[derive(Clone)]
pub(super) struct Store {
    pub(super) database: Database,
    max_followed: u64,
}

impl Store {
    /// Whether writing has ended for good; that was logged.
    pub(super) fn is_detached(&self) -> bool {
        self.database.is_detached()
    }

    pub(super) fn new(database: Database, max_followed: u64) -> Self {
        Self { database, max_followed }
    }

    pub(super) async fn followed(&self, user: UserId, marks: &Marks) -> Result<Vec<Membership>, DbErr> {
        let mut followed = places(user, marks);
        followed.and_where(Expr::col((Entity, Column::Follow)).ne(number(Follow::None)));
        self.memberships(&followed).await
    }

    pub(super) async fn places(
        &self,
        user: UserId,
        topics: &[TopicName],
        marks: &Marks,
    ) -> Result<Vec<Membership>, DbErr> {
        let marks = topics.iter().filter_map(|topic| Some((topic.clone(), *marks.get(topic)?))).collect();
        let mut of_topics = places(user, &marks);
        let names = topics.iter().map(TopicName::as_str);
        of_topics.and_where(Expr::col((topic::Entity, topic::Column::Name)).is_in(names));
        self.memberships(&of_topics).await
    }

    async fn memberships(
        &self,
        select: &sea_orm::sea_query::SelectStatement,
    ) -> Result<Vec<Membership>, DbErr> {
        let rows = self.database.read().query_all(select).await?;
        let places = rows.iter().map(|row| Place::from_query_result(row, "").map(Place::membership));
        Ok(places.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    pub(super) async fn topics(&self, user: UserId) -> Result<Vec<TopicName>, DbErr> {
        let names: Vec<String> = topic::Entity::find()
            .select_only()
            .column(topic::Column::Name)
            .join(JoinType::InnerJoin, of_topic())
            .filter(Column::User.eq(user.0))
            .filter(Column::Follow.ne(number(Follow::None)))
            .into_tuple()
            .all(self.database.read())
            .await?;
        Ok(names.into_iter().filter_map(|name| name.parse().ok()).collect())
    }

    pub(super) async fn named(
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
            .limit(NAMED)
            .into_tuple()
            .all(self.database.read())
            .await?;
        let mut named: HashMap<String, Vec<UserId>> = HashMap::new();
        rows.into_iter().for_each(|(user, key)| named.entry(key).or_default().push(UserId(user)));
        Ok(named)
    }
}

/// People of these names that are looked at.
const NAMED: u64 = 200;

/// The topic's rows of members.
fn of_topic() -> sea_orm::RelationDef {
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

pub(super) async fn clamp(database: &Database) -> Result<(), DbErr> {
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

/// How a table knows it.
pub(super) fn number(follow: Follow) -> i16 {
    match follow {
        Follow::None => 0,
        Follow::Following => 1,
        Follow::Muted => 2,
    }
}

fn follow_of(number: i16) -> Follow {
    match number {
        1 => Follow::Following,
        2 => Follow::Muted,
        _ => Follow::None,
    }
}
