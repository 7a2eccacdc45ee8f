//! Writing memberships. The column `read` never goes back, in whatever order it is written, unless messages are marked as unread.

use app::protocol::{Follow, TopicName, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, Query},
};

use super::{MemberStore, follow_number};
use crate::{
    database::BoundedTransaction,
    event_log::entity::topic,
    members::{
        MemberError,
        auto_follow::AutoFollow,
        entity::{ActiveModel, Column, Entity, Model},
        pending_reads::ReadMark,
    },
};

impl MemberStore {
    pub(in crate::members) async fn follow(
        &self,
        user: UserId,
        name_key: &str,
        name: &TopicName,
        follow: Follow,
        favourite: Option<bool>,
    ) -> Result<(), MemberError> {
        let transaction = self.database.begin().await?;
        let topic = topic_of(&transaction, name).await?.ok_or(MemberError::NotFound)?;
        let before = Entity::find_by_id((user.0, topic.id)).one(&transaction).await?;
        let was_following =
            before.as_ref().is_some_and(|before| before.follow != follow_number(Follow::None));
        let joins = follow != Follow::None && !was_following;
        if joins && self.is_at_limit(&transaction, user).await? {
            return Err(MemberError::TooMany);
        }
        // Joining marks everything as read. Muting and leaving keep the read mark.
        let rewinds = before.as_ref().map_or(0, |before| before.rewinds);
        let was_favourite = before.as_ref().is_some_and(|before| before.favourite);
        let read = before.filter(|_| !joins).map_or(topic.head, |before| before.read);
        let row = Model {
            user: user.0,
            topic_id: topic.id,
            follow: follow_number(follow),
            read,
            name_key: name_key.to_owned(),
            rewinds,
            favourite: favourite.unwrap_or(was_favourite),
        };
        let mut update = OnConflict::columns([Column::User, Column::TopicId]);
        update.update_columns([Column::Follow, Column::NameKey]);
        if favourite.is_some() {
            update.update_column(Column::Favourite);
        }
        if joins {
            // Otherwise the mark may have been moved back since it was read above.
            update.value(Column::Read, higher_read(Expr::col(("excluded", Column::Read))));
        }
        Entity::insert(row_of(row)).on_conflict(update).exec_without_returning(&transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// Inserts the memberships that do not exist yet. Returns the indexes of the people who follow the topic by it.
    pub(in crate::members) async fn auto_follow(&self, follows: &[AutoFollow]) -> Result<Vec<usize>, DbErr> {
        let mut missing = Vec::new();
        for (index, follow) in follows.iter().enumerate() {
            if !self.has_row(follow).await? {
                missing.push((index, follow));
            }
        }
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.database.begin().await?;
        let mut following = Vec::new();
        for (index, follow) in missing {
            if self.insert(&transaction, follow).await? {
                following.push(index);
            }
        }
        transaction.commit().await?;
        Ok(following)
    }

    /// Asked on a connection that reads, so that authors with a membership, which most are, do not occupy the writer.
    async fn has_row(&self, follow: &AutoFollow) -> Result<bool, DbErr> {
        let row = Entity::find()
            .filter(Column::User.eq(follow.user.0))
            .filter(Column::TopicId.in_subquery(id_of(&follow.topic)))
            .one(self.database.read());
        Ok(row.await?.is_some())
    }

    /// Inserts a membership unless there is one. Returns whether the person follows the topic by it.
    async fn insert(&self, transaction: &BoundedTransaction, new: &AutoFollow) -> Result<bool, DbErr> {
        let Some(topic) = topic_of(transaction, &new.topic).await? else { return Ok(false) };
        // A row also for somebody at the limit: it makes them known by name in the topic.
        let is_full = self.is_at_limit(transaction, new.user).await?;
        let row = Model {
            user: new.user.0,
            topic_id: topic.id,
            follow: follow_number(if is_full { Follow::None } else { Follow::Following }),
            read: new.read.map_or(topic.head, to_i64),
            name_key: new.name_key.clone(),
            rewinds: 0,
            favourite: false,
        };
        let insert = Entity::insert(row_of(row)).on_conflict(OnConflict::new().do_nothing().to_owned());
        let is_new = insert.exec_without_returning(transaction).await? > 0;
        Ok(is_new && !is_full)
    }

    async fn is_at_limit(&self, transaction: &BoundedTransaction, user: UserId) -> Result<bool, DbErr> {
        let followed = Entity::find()
            .filter(Column::User.eq(user.0))
            .filter(Column::Follow.ne(follow_number(Follow::None)))
            .count(transaction);
        Ok(followed.await? >= self.max_followed)
    }

    /// Stores read marks in one transaction. Ignores marks of people without a membership.
    pub(in crate::members) async fn read(&self, marks: &[ReadMark]) -> Result<(), DbErr> {
        let mut marks: Vec<_> = marks.iter().collect();
        // One order of locking rows avoids deadlocks between servers that store the same marks.
        marks.sort_unstable();
        let transaction = self.database.begin().await?;
        for (user, name, seq) in marks {
            Entity::update_many()
                .col_expr(Column::Read, higher_read(up_to_head(to_i64(*seq))))
                .filter(Column::User.eq(user.0))
                .filter(Column::TopicId.in_subquery(id_of(name)))
                .filter(Column::Read.lt(to_i64(*seq)))
                .exec(&transaction)
                .await?;
        }
        transaction.commit().await
    }

    /// Moves a read mark to `seq`, also backwards. Returns whether there is a membership.
    pub(in crate::members) async fn mark_unread(
        &self,
        user: UserId,
        name: &TopicName,
        seq: u64,
    ) -> Result<bool, DbErr> {
        let updated = Entity::update_many()
            .col_expr(Column::Read, up_to_head(to_i64(seq)))
            .col_expr(Column::Rewinds, Expr::col((Entity, Column::Rewinds)).add(1))
            .filter(Column::User.eq(user.0))
            .filter(Column::TopicId.in_subquery(id_of(name)))
            .exec(self.database.write())
            .await?;
        Ok(updated.rows_affected > 0)
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

fn row_of(Model { user, topic_id, follow, read, name_key, rewinds, favourite }: Model) -> ActiveModel {
    ActiveModel {
        user: Set(user),
        topic_id: Set(topic_id),
        follow: Set(follow),
        read: Set(read),
        name_key: Set(name_key),
        rewinds: Set(rewinds),
        favourite: Set(favourite),
    }
}

/// The higher one of the stored read mark and this one.
fn higher_read(read: impl Into<Expr>) -> Expr {
    let stored = || Expr::col((Entity, Column::Read));
    let read = read.into();
    CaseStatement::new().case(stored().lt(read.clone()), read).finally(stored()).into()
}

/// `seq`, or the topic's head if that is lower.
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

/// Converts a `seq` for the database. A number beyond its range is beyond every head as well.
pub(super) fn to_i64(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}
