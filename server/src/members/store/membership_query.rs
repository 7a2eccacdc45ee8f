//! A person's memberships in one query, in which every part is found by a primary key.

use app::protocol::{Epoch, Membership, UserId};
use sea_orm::{
    FromQueryResult,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement},
};

use super::follow_from;
use crate::{
    event_log::entity::{event, mention, topic},
    members::{
        entity::{Column, Entity},
        pending_reads::MarksByTopic,
    },
};

#[derive(FromQueryResult)]
pub(super) struct MembershipRow {
    name: String,
    title: String,
    epoch: String,
    head: i64,
    messages: i64,
    follow: i16,
    read: i64,
    seen: i64,
    mentions: i64,
    rewinds: i64,
    favourite: bool,
}

impl MembershipRow {
    /// Returns `None` for a topic whose name is not valid any more.
    pub(super) fn membership(self) -> Option<Membership> {
        Some(Membership {
            topic: self.name.parse().ok()?,
            title: self.title,
            follow: follow_from(self.follow),
            epoch: Epoch(self.epoch),
            head: self.head as u64,
            messages: self.messages as u64,
            read: self.read as u64,
            seen: self.seen as u64,
            mentions: self.mentions as u64,
            rewinds: (self.rewinds > 0).then_some(self.rewinds as u64),
            favourite: self.favourite,
        })
    }
}

/// Selects a person's memberships. `marks` are read marks that are not stored yet.
pub(in crate::members) fn membership_query(user: UserId, marks: &MarksByTopic) -> SelectStatement {
    let read = effective_read(marks);
    let in_topic = |column| Expr::col((topic::Entity, column));
    let at_read = Expr::col((event::Entity, event::Column::TopicId))
        .equals((Entity, Column::TopicId))
        .and(Expr::col((event::Entity, event::Column::Seq)).eq(read.clone()));
    let seen = Func::coalesce([Expr::col((event::Entity, event::Column::Messages)), Expr::val(0_i64)]);
    Query::select()
        .columns([
            (topic::Entity, topic::Column::Name),
            (topic::Entity, topic::Column::Title),
            (topic::Entity, topic::Column::Epoch),
            (topic::Entity, topic::Column::Head),
            (topic::Entity, topic::Column::Messages),
        ])
        .columns([(Entity, Column::Follow), (Entity, Column::Rewinds), (Entity, Column::Favourite)])
        .expr_as(read.clone(), "read")
        .expr_as(seen, "seen")
        .expr_as(mentions_after(read), "mentions")
        .from(Entity)
        .inner_join(topic::Entity, in_topic(topic::Column::Id).equals((Entity, Column::TopicId)))
        .join(JoinType::LeftJoin, event::Entity, at_read)
        .and_where(Expr::col((Entity, Column::User)).eq(user.0))
        .order_by((topic::Entity, topic::Column::Name), Order::Asc)
        .to_owned()
}

/// The read mark: the higher one of the stored and the pending one, and never beyond the topic's head.
fn effective_read(marks: &MarksByTopic) -> Expr {
    let stored = || Expr::col((Entity, Column::Read));
    let pending = |(name, seq): (&app::protocol::TopicName, &u64)| {
        let of_topic = Expr::col((topic::Entity, topic::Column::Name)).eq(name.as_str());
        let seq = super::write::to_i64(*seq);
        (of_topic.and(stored().lt(seq)), seq)
    };
    let cases = marks.iter().map(pending).fold(None, |cases: Option<CaseStatement>, (is_higher, seq)| {
        Some(cases.unwrap_or_default().case(is_higher, Expr::val(seq)))
    });
    let read: Expr = cases.map_or_else(stored, |cases| cases.finally(stored()).into());
    let head = || Expr::col((topic::Entity, topic::Column::Head));
    CaseStatement::new().case(read.clone().gt(head()), head()).finally(read).into()
}

/// The number of messages after the read mark that mention the person.
fn mentions_after(read: Expr) -> Expr {
    let column = |column| Expr::col((mention::Entity, column));
    let count = Query::select()
        .expr(column(mention::Column::Seq).count())
        .from(mention::Entity)
        .and_where(column(mention::Column::User).equals((Entity, Column::User)))
        .and_where(column(mention::Column::TopicId).equals((Entity, Column::TopicId)))
        .and_where(column(mention::Column::Seq).gt(read))
        .to_owned();
    count.into()
}
