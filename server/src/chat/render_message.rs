//! Renders a text once, when it is written: its HTML and the people whom it mentions.

use std::collections::{HashMap, HashSet};

use app::protocol::{RenderedText, TopicName, UserId};
use tokio::task::spawn_blocking;
use tracing::error;
use uuid::Uuid;

use super::Chat;
use crate::{
    event_log::NewEvent,
    markup::{self, MentionedPerson},
    members::name_keys,
};

/// People whom one message may mention.
const MAX_MENTIONS: usize = 20;
/// Bytes of a text that is rendered inline, which takes 1 ms at most. Pathological markup of 16 KiB takes ten times as
/// long.
const MAX_INLINE_RENDER_BYTES: usize = 2 * 1_024;
/// The renderer's output before the id of a mentioned person. No text can contain it: the renderer escapes `<`.
const MENTION_PREFIX: &str = "<span class=\"mention\" data-user=\"";

impl Chat {
    /// Returns the event with its text rendered. Actions without a text are returned as they are.
    pub(crate) async fn render_message(&self, event: impl Into<NewEvent>) -> NewEvent {
        let event = event.into();
        let rendered = match event.action().body() {
            Some(body) => self.render_text(event.topic(), event.author().user, body).await,
            None => RenderedText::default(),
        };
        event.with_rendered(rendered)
    }

    /// Renders a text. Authors do not mention themselves.
    async fn render_text(&self, topic: &TopicName, author: UserId, body: &str) -> RenderedText {
        let names =
            if body.contains('@') { offload(body, markup::candidate_names).await } else { Vec::new() };
        let members = self.mentioned_members(topic, &names).await;
        let known: Vec<_> = members.iter().map(|(mentioned, _)| mentioned.clone()).collect();
        // The renderer decides which of the candidates are mentions: a name in code is none.
        let html = offload(body, move |body| markup::render(body, &known)).await;
        let rendered_users = html.as_deref().map(mentioned_users).unwrap_or_default();
        let mentioned = members.into_iter().filter(|(mentioned, _)| rendered_users.contains(&mentioned.user));
        let mut mentions: Vec<_> =
            mentioned.flat_map(|(_, users)| users).filter(|user| *user != author).collect();
        mentions.sort_unstable();
        mentions.dedup();
        mentions.truncate(MAX_MENTIONS);
        RenderedText { html, mentions }
    }

    /// Returns the members of a topic whom these names may mean. Each name comes with all people who use it.
    async fn mentioned_members(
        &self,
        topic: &TopicName,
        names: &[String],
    ) -> Vec<(MentionedPerson, Vec<UserId>)> {
        if names.is_empty() {
            return Vec::new();
        }
        let keys: HashMap<&String, Vec<String>> = names.iter().map(|name| (name, name_keys(name))).collect();
        let wanted: Vec<_> = keys.values().flatten().cloned().collect::<HashSet<_>>().into_iter().collect();
        let members = match self.members.find_by_name_keys(topic, &wanted).await {
            Ok(members) => members,
            Err(error) => {
                // A message without its mentions is better than a refused message.
                error!(%error, "members.names_failed");
                return Vec::new();
            }
        };
        let of_name = |name: &String| {
            let found = keys.get(name)?.iter().filter_map(|key| members.get(key));
            let users: Vec<UserId> = found.flatten().copied().collect();
            let mentioned = MentionedPerson { user: *users.first()?, name: name.clone() };
            Some((mentioned, users))
        };
        names.iter().filter_map(of_name).collect()
    }
}

/// Runs `work` on a text: inline, or on a blocking thread if the text is long. If that panics, the text stays without
/// HTML and mentions.
async fn offload<T: Default + Send + 'static>(
    body: &str,
    work: impl FnOnce(&str) -> T + Send + 'static,
) -> T {
    if body.len() <= MAX_INLINE_RENDER_BYTES {
        return work(body);
    }
    let body = body.to_owned();
    spawn_blocking(move || work(&body)).await.unwrap_or_else(|error| {
        error!(%error, "render.failed");
        T::default()
    })
}

/// Returns the people whom the renderer's HTML mentions.
fn mentioned_users(html: &str) -> HashSet<UserId> {
    let ids = html.split(MENTION_PREFIX).skip(1).filter_map(|rest| rest.split('"').next());
    ids.filter_map(|id| id.parse::<Uuid>().ok()).map(UserId).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    #[test]
    fn mentions_are_those_of_the_renderer_and_not_those_that_a_text_fakes() {
        let known = |n, name: &str| MentionedPerson { user: user(n), name: name.to_owned() };
        let known = [known(1, "Ann"), known(2, "Ann Smith"), known(3, "Bob"), known(3, "bob")];
        let mentioned = |body: &str| {
            let mut users: Vec<_> =
                mentioned_users(&markup::render(body, &known).unwrap()).into_iter().collect();
            users.sort_unstable();
            users
        };
        assert_eq!(mentioned("hi @Ann and @bob!"), [user(1), user(3)]);
        assert_eq!(mentioned("@Ann Smith, *hi*"), [user(2)]);
        assert_eq!(mentioned("`@Ann` and @Bob"), [user(3)]);
        let claimed = format!("*so* {MENTION_PREFIX}{}\">@Ann</span>", Uuid::from_u128(9));
        assert_eq!(mentioned(&claimed), [user(1)], "a text cannot fake the HTML of a mention");
    }
}
