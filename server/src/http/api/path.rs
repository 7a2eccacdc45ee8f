//! What an address names.

use app::protocol::{Emoji, EmojiError, TopicName};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use super::problem::Problem;
use crate::{markup::reaction, router::AppState};

/// The parts of an address, each of its form.
pub(super) struct TopicPath {
    topic: Option<TopicName>,
    message: Option<u64>,
    emoji: Option<Emoji>,
}

impl FromRequestParts<AppState> for TopicPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::bad_request("the address is not UTF-8"))?;
        let mut path = Self { topic: None, message: None, emoji: None };
        for (name, value) in &params {
            let wrong = |error: String| Problem::bad_request(format!("`{name}` in the address: {error}"));
            match name {
                "topic" => path.topic = Some(value.parse().map_err(|e| wrong(format!("{e}")))?),
                "message" => {
                    let seq = value
                        .parse()
                        .map_err(|_| wrong("a message is named by its seq, a whole number".to_owned()))?;
                    path.message = Some(seq);
                }
                "emoji" => path.emoji = Some(emoji(value).map_err(|e| wrong(e.to_string()))?),
                _ => {}
            }
        }
        Ok(path)
    }
}

fn emoji(text: &str) -> Result<Emoji, EmojiError> {
    reaction(&Emoji::try_from(text.to_owned())?)
}

impl TopicPath {
    /// The topic. Every address of the API that is about a topic names one.
    pub(super) fn topic(&self) -> Result<TopicName, Problem> {
        self.topic.clone().ok_or_else(|| Problem::bad_request("the address names no topic"))
    }

    pub(super) fn message(&self) -> Result<u64, Problem> {
        self.message.ok_or_else(|| Problem::bad_request("the address names no message"))
    }

    pub(super) fn emoji(&self) -> Result<Emoji, Problem> {
        self.emoji.clone().ok_or_else(|| Problem::bad_request("the address names no emoji"))
    }
}
