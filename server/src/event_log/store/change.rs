//! Applies edits, deletions and reactions: a message's row holds its current state, and replaced text is removed for good.

use std::collections::BTreeSet;

use app::protocol::{Action, Emoji, Person, RenderedText, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr},
};

use crate::{
    event_log::{
        AppendError, NewEvent,
        entity::{
            event::{self, kind},
            mention, reaction,
        },
    },
    markup,
};

use super::{
    append_result::EventError,
    row::{bytes_of, emoji_of},
    search::index::{self, IndexEntry},
};

/// The positions that a change concerns.
#[derive(Clone, Copy)]
pub(super) struct ChangeTarget {
    pub(super) topic_id: i64,
    /// The `seq` of the message.
    pub(super) message: i64,
    /// The `seq` of the change itself.
    pub(super) seq: i64,
}

/// The most reactions that a message may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReactionLimits {
    pub(super) per_message: u64,
    pub(super) per_person: u64,
}

/// Checks a change and updates the message's row. A rejected change has written nothing.
pub(super) async fn change(
    connection: &impl ConnectionTrait,
    target: ChangeTarget,
    event: &NewEvent,
    limits: ReactionLimits,
) -> Result<(), EventError> {
    let Some(message) = find_message(connection, target).await? else {
        return Err(AppendError::NotFound.into());
    };
    if let Some(seen) = event.action.revision() {
        if message.author != event.author.user.0 {
            return Err(AppendError::Forbidden.into());
        }
        if seen != revision_of(&message) as u64 {
            return Err(AppendError::Stale.into());
        }
    }
    match &event.action {
        Action::Edit { body, .. } => {
            rewrite(connection, target, kind::MESSAGE, body, &event.rendered).await?;
            let old = index_entry(&message, &message.body);
            index::rewrite(connection, &old, &index_entry(&message, body)).await?;
        }
        Action::Delete { .. } => {
            delete(connection, target).await?;
            index::remove(connection, &index_entry(&message, &message.body)).await?;
        }
        Action::React { emoji, on, .. } => {
            let person = Person { user: event.author.user, name: event.author.name.clone() };
            react(connection, target, emoji, &person, *on, limits).await?;
        }
        // They have no target.
        Action::Publish { .. } | Action::Describe { .. } => {}
    }
    if event.action.revision().is_some() && revision_of(&message) != message.seq {
        // The text of the edit before this change.
        remove_text(connection, ChangeTarget { message: revision_of(&message), ..target }).await?;
    }
    Ok(())
}

/// Returns the `seq` of the event that wrote the message's text last.
fn revision_of(message: &event::Model) -> i64 {
    message.revision.unwrap_or(message.seq)
}

fn index_entry(message: &event::Model, body: &str) -> IndexEntry {
    IndexEntry {
        topic_id: message.topic_id,
        seq: message.seq,
        at: message.at,
        author: message.author_name.clone(),
        body: body.to_owned(),
    }
}

/// Returns the message, unless it was deleted.
async fn find_message(
    connection: &impl ConnectionTrait,
    target: ChangeTarget,
) -> Result<Option<event::Model>, DbErr> {
    let row = event::Entity::find_by_id((target.topic_id, target.message)).one(connection).await?;
    Ok(row.filter(|row| row.kind == kind::MESSAGE))
}

/// Replaces the text of a message and everything derived from it.
async fn rewrite(
    connection: &impl ConnectionTrait,
    target: ChangeTarget,
    kind: i16,
    body: &str,
    rendered: &RenderedText,
) -> Result<(), DbErr> {
    let values = [
        (event::Column::Kind, Expr::value(kind)),
        (event::Column::Body, Expr::value(body)),
        (event::Column::Revision, Expr::value(target.seq)),
        (event::Column::Html, Expr::value(rendered.html.clone())),
        (event::Column::Mentions, Expr::value(bytes_of(&rendered.mentions))),
        (event::Column::Dialect, Expr::value(markup::VERSION)),
        // A short text can be guessed from its hash, so the fingerprint of the replaced text goes with it.
        (event::Column::Fingerprint, Expr::value(Vec::<u8>::new())),
    ];
    update(connection, target, values).await?;
    let of_message =
        mention::Column::TopicId.eq(target.topic_id).and(mention::Column::Seq.eq(target.message));
    mention::Entity::delete_many().filter(of_message).exec(connection).await?;
    let rows = mention_rows(target.topic_id, target.message, rendered);
    if !rows.is_empty() {
        mention::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Returns the people whom a message mentions, each once.
pub(super) fn mentioned_users(rendered: &RenderedText) -> impl Iterator<Item = UserId> + use<> {
    rendered.mentions.iter().copied().collect::<BTreeSet<_>>().into_iter()
}

pub(super) fn mention_rows(topic_id: i64, seq: i64, rendered: &RenderedText) -> Vec<mention::ActiveModel> {
    let row =
        |user: UserId| mention::ActiveModel { user: Set(user.0), topic_id: Set(topic_id), seq: Set(seq) };
    mentioned_users(rendered).map(row).collect()
}

/// Turns the message's row into a tombstone, and removes its reactions.
async fn delete(connection: &impl ConnectionTrait, target: ChangeTarget) -> Result<(), DbErr> {
    rewrite(connection, target, kind::TOMBSTONE, "", &RenderedText::default()).await?;
    let of_message =
        reaction::Column::TopicId.eq(target.topic_id).and(reaction::Column::Message.eq(target.message));
    reaction::Entity::delete_many().filter(of_message).exec(connection).await?;
    Ok(())
}

/// Removes the text of an earlier edit, and everything that could reveal it.
async fn remove_text(connection: &impl ConnectionTrait, edit: ChangeTarget) -> Result<(), DbErr> {
    let values = [
        (event::Column::Body, Expr::value("")),
        (event::Column::Html, Expr::value(None::<String>)),
        (event::Column::Mentions, Expr::value(None::<Vec<u8>>)),
        (event::Column::Fingerprint, Expr::value(Vec::<u8>::new())),
    ];
    update(connection, edit, values).await
}

async fn update(
    connection: &impl ConnectionTrait,
    target: ChangeTarget,
    values: impl IntoIterator<Item = (event::Column, SimpleExpr)>,
) -> Result<(), DbErr> {
    let update = event::Entity::update_many()
        .filter(event::Column::TopicId.eq(target.topic_id).and(event::Column::Seq.eq(target.message)));
    let update = values.into_iter().fold(update, |update, (column, value)| update.col_expr(column, value));
    update.exec(connection).await?;
    Ok(())
}

async fn react(
    connection: &impl ConnectionTrait,
    target: ChangeTarget,
    emoji: &Emoji,
    person: &Person,
    on: bool,
    limits: ReactionLimits,
) -> Result<(), EventError> {
    let of_message = Condition::all()
        .add(reaction::Column::TopicId.eq(target.topic_id))
        .add(reaction::Column::Message.eq(target.message));
    let own = of_message
        .clone()
        .add(reaction::Column::Emoji.eq(emoji.as_str()))
        .add(reaction::Column::User.eq(person.user.0));
    if !on {
        reaction::Entity::delete_many().filter(own).exec(connection).await?;
        return Ok(());
    }
    let others = of_message.add(own.not());
    let of_person = others.clone().add(reaction::Column::User.eq(person.user.0));
    for (reactions, max) in [(others, limits.per_message), (of_person, limits.per_person)] {
        // The emoji are read only where the number of rows does not decide.
        let stored = reaction::Entity::find().filter(reactions.clone()).count(connection).await?;
        if stored >= max && count_shown(connection, reactions).await? >= max {
            return Err(AppendError::TooManyReactions.into());
        }
    }
    let row = reaction::ActiveModel {
        topic_id: Set(target.topic_id),
        message: Set(target.message),
        emoji: Set(emoji.to_string()),
        user: Set(person.user.0),
        name: Set(person.name.to_string()),
        seq: Set(target.seq),
    };
    reaction::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Counts reactions without those that are no emoji: nobody sees them, so nobody could remove them to make room.
async fn count_shown(connection: &impl ConnectionTrait, reactions: Condition) -> Result<u64, DbErr> {
    let by_emoji = reaction::Entity::find()
        .select_only()
        .column(reaction::Column::Emoji)
        .column_as(reaction::Column::User.count(), "people")
        .filter(reactions)
        .group_by(reaction::Column::Emoji)
        .into_tuple::<(String, i64)>()
        .all(connection)
        .await?;
    let shown = by_emoji.into_iter().filter(|(emoji, _)| emoji_of(emoji.clone()).is_some());
    Ok(shown.map(|(_, people)| people as u64).sum())
}
