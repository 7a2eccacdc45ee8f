//! Writing memberships. `read` never goes back, whoever writes it last.

use app::protocol::{Follow, TopicName, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, Query},
};

use super::{Store, number};
use crate::{
    database::BoundedTransaction,
    event_log::entity::topic,
    members::{
        MemberError,
        entity::{ActiveModel, Column, Entity, Model},
        keeper::Joining,
    },
};

impl Store {
    pub(in crate::members) async fn follow(
        &self,
        user: UserId,
        name_key: &str,
        name: &TopicName,
        follow: Follow,
    ) -> Result<(), MemberError> {
        let transaction = self.database.begin().await?;
        let topic = topic_of(&transaction, name).await?.ok_or(MemberError::NotFound)?;
        let before = Entity::find_by_id((user.0, topic.id)).one(&transaction).await?;
        let follows = before.as_ref().is_some_and(|before| before.follow != number(Follow::None));
        let joins = follow != Follow::None && !follows;
        if joins && self.has_enough(&transaction, user).await? {
            return Err(MemberError::TooMany);
        }
        let read = before.filter(|_| !joins).map_or(topic.head, |before| before.read);
        let row = Model {
            user: user.0,
            topic_id: topic.id,
            follow: number(follow),
            read,
            name_key: name_key.to_owned(),
        };
        let choose = OnConflict::columns([Column::User, Column::TopicId])
            .update_columns([Column::Follow, Column::NameKey])
            .value(Column::Read, later(Expr::col(("excluded", Column::Read))))
            .to_owned();
        Entity::insert(row_of(row)).on_conflict(choose).exec_without_returning(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Who wrote somewhere follows it, unless there is a row already. Says which of these are new.
    pub(in crate::members) async fn join(&self, joining: &[Joining]) -> Result<Vec<usize>, DbErr> {
        let mut strangers = Vec::new();
        for (index, joining) in joining.iter().enumerate() {
            if !self.knows(joining).await? {
                strangers.push((index, joining));
            }
        }
        if strangers.is_empty() {
            return Ok(Vec::new());
        }
        let (transaction, mut joined) = (self.database.begin().await?, Vec::new());
        for (index, stranger) in strangers {
            if self.join_one(&transaction, stranger).await? {
                joined.push(index);
            }
        }
        transaction.commit().await?;
        Ok(joined)
    }

    /// Most who write have a row already: nobody waits for the writer to learn that.
    async fn knows(&self, joining: &Joining) -> Result<bool, DbErr> {
        let row = Entity::find()
            .filter(Column::User.eq(joining.user.0))
            .filter(Column::TopicId.in_subquery(id_of(&joining.topic)))
            .one(self.database.read());
        Ok(row.await?.is_some())
    }

    async fn join_one(&self, transaction: &BoundedTransaction, joining: &Joining) -> Result<bool, DbErr> {
        let Some(topic) = topic_of(transaction, &joining.topic).await? else { return Ok(false) };
        let full = self.has_enough(transaction, joining.user).await?;
        let row = Model {
            user: joining.user.0,
            topic_id: topic.id,
            follow: number(if full { Follow::None } else { Follow::Following }),
            read: topic.head,
            name_key: joining.name_key.clone(),
        };
        let insert = Entity::insert(row_of(row)).on_conflict(OnConflict::new().do_nothing().to_owned());
        Ok(insert.exec_without_returning(transaction).await? > 0)
    }

    async fn has_enough(&self, transaction: &BoundedTransaction, user: UserId) -> Result<bool, DbErr> {
        let followed = Entity::find()
            .filter(Column::User.eq(user.0))
            .filter(Column::Follow.ne(number(Follow::None)))
            .count(transaction);
        Ok(followed.await? >= self.max_followed)
    }

    /// Takes read marks in, in one transaction. Marks of those who never followed are nobody's.
    pub(in crate::members) async fn read(&self, marks: &[(UserId, TopicName, u64)]) -> Result<(), DbErr> {
        let mut marks: Vec<_> = marks.iter().collect();
        // Two servers that write the same ones take them in the same order.
        marks.sort_unstable();
        let transaction = self.database.begin().await?;
        for (user, name, seq) in marks {
            Entity::update_many()
                .col_expr(Column::Read, later(up_to_head(signed(*seq))))
                .filter(Column::User.eq(user.0))
                .filter(Column::TopicId.in_subquery(id_of(name)))
                .filter(Column::Read.lt(signed(*seq)))
                .exec(&transaction)
                .await?;
        }
        transaction.commit().await
    }

    pub(in crate::members) async fn rename(&self, user: UserId, name_key: &str) -> Result<(), DbErr> {
        Entity::update_many()
            .col_expr(Column::NameKey, Expr::value(name_key))
            .filter(Column::User.eq(user.0))
            .filter(Column::NameKey.ne(name_key))
            .exec(self.database.write())
            .await?;
        Ok(())
    }
}

async fn topic_of(
    connection: &impl ConnectionTrait,
    name: &TopicName,
) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(connection).await
}

fn id_of(name: &TopicName) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(topic::Column::Id)
        .from(topic::Entity)
        .and_where(topic::Column::Name.eq(name.as_str()))
        .to_owned()
}

fn row_of(Model { user, topic_id, follow, read, name_key }: Model) -> ActiveModel {
    ActiveModel {
        user: Set(user),
        topic_id: Set(topic_id),
        follow: Set(follow),
        read: Set(read),
        name_key: Set(name_key),
    }
}

/// The later of what is stored and this.
fn later(read: impl Into<Expr>) -> Expr {
    let (stored, read) = (|| Expr::col((Entity, Column::Read)), read.into());
    CaseStatement::new().case(stored().lt(read.clone()), read).finally(stored()).into()
}

/// A place, or the end of the topic's log where that is earlier.
fn up_to_head(seq: i64) -> Expr {
    let head = || Expr::col((topic::Entity, topic::Column::Head));
    let clamped = CaseStatement::new().case(head().lt(seq), head()).finally(Expr::val(seq));
    let of_topic = Query::select()
        .expr(clamped)
        .from(topic::Entity)
        .and_where(Expr::col((topic::Entity, topic::Column::Id)).equals((Entity, Column::TopicId)))
        .to_owned();
    of_topic.into()
}

/// A place that is beyond what the store can count is beyond every head.
pub(super) fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
