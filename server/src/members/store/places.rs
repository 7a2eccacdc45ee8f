//! A person's places in topics, in one query: every part of it is found by a primary key.

use app::protocol::{Epoch, Membership, UserId};
use sea_orm::{
    FromQueryResult,
    sea_query::{CaseStatement, Expr, ExprTrait, Func, JoinType, Order, Query, SelectStatement},
};

use super::follow_of;
use crate::{
    event_log::entity::{event, mention, topic},
    members::{
        entity::{Column, Entity},
        pending::Marks,
    },
};

/// One row of that query.
#[derive(FromQueryResult)]
pub(in crate::members) struct Place {
    name: String,
    title: String,
    epoch: String,
    head: i64,
    messages: i64,
    follow: i16,
    read: i64,
    seen: i64,
    mentions: i64,
}

impl Place {
    /// A topic whose name is none any more is in nobody's list.
    pub(super) fn membership(self) -> Option<Membership> {
        Some(Membership {
            topic: self.name.parse().ok()?,
            title: self.title,
            follow: follow_of(self.follow),
            epoch: Epoch(self.epoch),
            head: self.head as u64,
            messages: self.messages as u64,
            read: self.read as u64,
            seen: self.seen as u64,
            mentions: self.mentions as u64,
        })
    }
}

/// `marks` say what the table does not know yet.
pub(in crate::members) fn places(user: UserId, marks: &Marks) -> SelectStatement {
    let (read, in_topic) = (read(marks), |column| Expr::col((topic::Entity, column)));
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
        .column((Entity, Column::Follow))
        .expr_as(read.clone(), "read")
        .expr_as(seen, "seen")
        .expr_as(mentions(read), "mentions")
        .from(Entity)
        .inner_join(topic::Entity, in_topic(topic::Column::Id).equals((Entity, Column::TopicId)))
        .join(JoinType::LeftJoin, event::Entity, at_read)
        .and_where(Expr::col((Entity, Column::User)).eq(user.0))
        .order_by((topic::Entity, topic::Column::Name), Order::Asc)
        .to_owned()
}

/// How far they have read: what is stored or what is not yet, and never beyond the end.
fn read(marks: &Marks) -> Expr {
    let stored = || Expr::col((Entity, Column::Read));
    let later = |(name, seq): (&app::protocol::TopicName, &u64)| {
        let of_topic = Expr::col((topic::Entity, topic::Column::Name)).eq(name.as_str());
        let seq = super::write::signed(*seq);
        (of_topic.and(stored().lt(seq)), seq)
    };
    let known = marks.iter().map(later).fold(None, |case: Option<CaseStatement>, (later, seq)| {
        Some(case.unwrap_or_default().case(later, Expr::val(seq)))
    });
    let read: Expr = known.map_or_else(stored, |case| case.finally(stored()).into());
    let head = || Expr::col((topic::Entity, topic::Column::Head));
    CaseStatement::new().case(read.clone().gt(head()), head()).finally(read).into()
}

/// How many messages after that mention them.
fn mentions(read: Expr) -> Expr {
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
