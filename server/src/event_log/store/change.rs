//! Changing a message: its row is kept as it stands now, and a text that is replaced is removed for good.

use std::collections::BTreeSet;

use app::protocol::{Emoji, Person, UserId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr},
};

use crate::{
    event_log::{
        Action, AppendError, NewEvent, RenderedText,
        entity::{
            event::{self, kind},
            mention, reaction,
        },
    },
    markup,
};

use super::{
    row::bytes_of,
    search::index::{self, Entry},
};

/// Where a change goes.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) topic_id: i64,
    /// Of the message.
    pub(super) message: i64,
    /// Of the change.
    pub(super) seq: i64,
}

/// How many reactions a message may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct MostReactions {
    pub(super) of_all: u64,
    pub(super) of_person: u64,
}

/// Checks a change and brings the message's row up to date. A refusal has written nothing.
pub(super) async fn change(
    connection: &impl ConnectionTrait,
    place: Target,
    event: &NewEvent,
    most: MostReactions,
) -> Result<Result<(), AppendError>, DbErr> {
    let Some(message) = message(connection, place).await? else { return Ok(Err(AppendError::NotFound)) };
    if let Action::React { emoji, on, .. } = &event.action {
        let person = Person { user: event.author.user, name: event.author.name.clone() };
        return react(connection, place, emoji, &person, *on, most).await;
    }
    let revision = message.revision.unwrap_or(message.seq);
    if message.author != event.author.user.0 {
        return Ok(Err(AppendError::Forbidden));
    }
    match &event.action {
        Action::Edit { revision: seen, .. } | Action::Delete { revision: seen, .. }
            if *seen != revision as u64 =>
        {
            return Ok(Err(AppendError::Stale));
        }
        Action::Edit { body, .. } => {
            rewrite(connection, place, kind::MESSAGE, body, &event.rendered).await?;
            index::rewrite(connection, &entry(&message, body)).await?;
        }
        Action::Delete { .. } => {
            bury(connection, place).await?;
            index::remove(connection, place.topic_id, place.message, message.at).await?;
        }
        Action::Publish { .. } | Action::React { .. } | Action::Describe { .. } => {}
    }
    if revision != message.seq {
        forget_text(connection, Target { message: revision, ..place }).await?;
    }
    Ok(Ok(()))
}

/// A message as the index knows it, with its new text.
fn entry(message: &event::Model, body: &str) -> Entry {
    Entry {
        topic_id: message.topic_id,
        seq: message.seq,
        at: message.at,
        author: message.author_name.clone(),
        body: body.to_owned(),
    }
}

/// The message at a place, unless its author took it back.
async fn message(connection: &impl ConnectionTrait, place: Target) -> Result<Option<event::Model>, DbErr> {
    let row = event::Entity::find_by_id((place.topic_id, place.message)).one(connection).await?;
    Ok(row.filter(|row| row.kind == kind::MESSAGE))
}

async fn rewrite(
    connection: &impl ConnectionTrait,
    place: Target,
    kind: i16,
    body: &str,
    rendered: &RenderedText,
) -> Result<(), DbErr> {
    let values = [
        (event::Column::Kind, Expr::value(kind)),
        (event::Column::Body, Expr::value(body)),
        (event::Column::Revision, Expr::value(place.seq)),
        (event::Column::Html, Expr::value(rendered.html.clone())),
        (event::Column::Mentions, Expr::value(bytes_of(&rendered.mentions))),
        (event::Column::Dialect, Expr::value(markup::DIALECT)),
        // A short text can be guessed from its hash, so that of the text that is replaced goes with it.
        (event::Column::Fingerprint, Expr::value(Vec::<u8>::new())),
    ];
    update(connection, place, values).await?;
    let of_message = mention::Column::TopicId.eq(place.topic_id).and(mention::Column::Seq.eq(place.message));
    mention::Entity::delete_many().filter(of_message).exec(connection).await?;
    let rows = mention(place.topic_id, place.message, rendered);
    if !rows.is_empty() {
        mention::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Whom a message mentions, each once.
pub(super) fn mentioned(rendered: &RenderedText) -> impl Iterator<Item = UserId> + use<> {
    rendered.mentions.iter().copied().collect::<BTreeSet<_>>().into_iter()
}

/// The rows that say so.
pub(super) fn mention(topic_id: i64, seq: i64, rendered: &RenderedText) -> Vec<mention::ActiveModel> {
    let row =
        |user: UserId| mention::ActiveModel { user: Set(user.0), topic_id: Set(topic_id), seq: Set(seq) };
    mentioned(rendered).map(row).collect()
}

async fn bury(connection: &impl ConnectionTrait, place: Target) -> Result<(), DbErr> {
    rewrite(connection, place, kind::TOMBSTONE, "", &RenderedText::default()).await?;
    let of_message =
        reaction::Column::TopicId.eq(place.topic_id).and(reaction::Column::Message.eq(place.message));
    reaction::Entity::delete_many().filter(of_message).exec(connection).await?;
    Ok(())
}

/// An earlier edit loses its text, and what could betray it.
async fn forget_text(connection: &impl ConnectionTrait, edit: Target) -> Result<(), DbErr> {
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
    place: Target,
    values: impl IntoIterator<Item = (event::Column, SimpleExpr)>,
) -> Result<(), DbErr> {
    let update = event::Entity::update_many()
        .filter(event::Column::TopicId.eq(place.topic_id).and(event::Column::Seq.eq(place.message)));
    let update = values.into_iter().fold(update, |update, (column, value)| update.col_expr(column, value));
    update.exec(connection).await?;
    Ok(())
}

async fn react(
    connection: &impl ConnectionTrait,
    place: Target,
    emoji: &Emoji,
    person: &Person,
    on: bool,
    most: MostReactions,
) -> Result<Result<(), AppendError>, DbErr> {
    let of_message = Condition::all()
        .add(reaction::Column::TopicId.eq(place.topic_id))
        .add(reaction::Column::Message.eq(place.message));
    let own = of_message
        .clone()
        .add(reaction::Column::Emoji.eq(emoji.as_str()))
        .add(reaction::Column::User.eq(person.user.0));
    if !on {
        reaction::Entity::delete_many().filter(own).exec(connection).await?;
        return Ok(Ok(()));
    }
    let others = of_message.add(own.not());
    let of_person = others.clone().add(reaction::Column::User.eq(person.user.0));
    for (reactions, max) in [(others, most.of_all), (of_person, most.of_person)] {
        if reaction::Entity::find().filter(reactions).count(connection).await? >= max {
            return Ok(Err(AppendError::TooManyReactions));
        }
    }
    let row = reaction::ActiveModel {
        topic_id: Set(place.topic_id),
        message: Set(place.message),
        emoji: Set(emoji.to_string()),
        user: Set(person.user.0),
        name: Set(person.name.to_string()),
        seq: Set(place.seq),
    };
    reaction::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(connection)
        .await?;
    Ok(Ok(()))
}
