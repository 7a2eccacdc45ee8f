//! Path parameters.

use app::protocol::{Emoji, EmojiError, TopicName, UserId};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::problem::Problem;
use crate::{markup::normalize_reaction, state::AppState};

/// The validated path parameters of an API route. Each accessor fails when the route has no such parameter.
pub(super) struct TopicPath {
    topic: Option<TopicName>,
    message: Option<u64>,
    emoji: Option<Emoji>,
    user: Option<UserId>,
}

impl FromRequestParts<AppState> for TopicPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::bad_request("the path is not valid UTF-8"))?;
        let mut path = Self { topic: None, message: None, emoji: None, user: None };
        for (name, value) in &params {
            let invalid = |error: String| Problem::bad_request(format!("path parameter `{name}`: {error}"));
            match name {
                "topic" => path.topic = Some(value.parse().map_err(|e| invalid(format!("{e}")))?),
                "message" => {
                    let seq = value
                        .parse()
                        .map_err(|_| invalid("it must be the message's seq, a whole number".to_owned()))?;
                    path.message = Some(seq);
                }
                "user" => {
                    let user =
                        value.parse().map_err(|_| invalid("it must be a user's id, a UUID".to_owned()))?;
                    path.user = Some(UserId(user));
                }
                "emoji" => path.emoji = Some(emoji(value).map_err(|e| invalid(e.to_string()))?),
                _ => {}
            }
        }
        Ok(path)
    }
}

fn emoji(text: &str) -> Result<Emoji, EmojiError> {
    normalize_reaction(&Emoji::try_from(text.to_owned())?)
}

impl TopicPath {
    pub(super) fn topic(&self) -> Result<TopicName, Problem> {
        self.topic.clone().ok_or_else(|| Problem::bad_request("the path has no topic"))
    }

    pub(super) fn message(&self) -> Result<u64, Problem> {
        self.message.ok_or_else(|| Problem::bad_request("the path has no message"))
    }

    pub(super) fn user(&self) -> Result<UserId, Problem> {
        self.user.ok_or_else(|| Problem::bad_request("the path has no user"))
    }

    pub(super) fn emoji(&self) -> Result<Emoji, Problem> {
        self.emoji.clone().ok_or_else(|| Problem::bad_request("the path has no emoji"))
    }
}
