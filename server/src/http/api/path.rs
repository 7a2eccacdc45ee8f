//! Path parameters.

use std::net::IpAddr;

use app::protocol::{Emoji, EmojiError, TopicName, UserId};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

use ipnet::IpNet;

use super::problem::Problem;
use crate::{accept::limit_key, markup::normalize_reaction, state::AppState};

/// The validated path parameters of an API route. Each accessor fails when the route has no such parameter.
pub(super) struct TopicPath {
    topic: Option<TopicName>,
    message: Option<u64>,
    emoji: Option<Emoji>,
    user: Option<UserId>,
    network: Option<IpAddr>,
}

impl FromRequestParts<AppState> for TopicPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::bad_request("the path is not valid UTF-8"))?;
        let mut path = Self { topic: None, message: None, emoji: None, user: None, network: None };
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
                "network" => {
                    path.network = Some(network(value).ok_or_else(|| invalid(A_NETWORK.to_owned()))?)
                }
                "emoji" => path.emoji = Some(emoji(value).map_err(|e| invalid(e.to_string()))?),
                _ => {}
            }
        }
        Ok(path)
    }
}

/// The form of a network, for a client that sends another.
const A_NETWORK: &str =
    "it must be an IPv4 address, an IPv6 address, or an IPv6 network of 64 bits such as 2001:db8:1:2::/64";

/// Returns the network that limits count an address in, also if it is written as a network.
fn network(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(limit_key(address));
    }
    let network: IpNet = text.parse().ok()?;
    let key = limit_key(network.network());
    let prefix = if key.is_ipv4() || key.is_loopback() { network.max_prefix_len() } else { 64 };
    (network.prefix_len() == prefix && key == network.network()).then_some(key)
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

    /// Returns the network as limits count it.
    pub(super) fn network(&self) -> Result<IpAddr, Problem> {
        self.network.ok_or_else(|| Problem::bad_request("the path has no network"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_what_limits_count_as_one() {
        let shown = |text| network(text).map(|network| network.to_string());
        for (text, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::/64", "2001:db8:1:2::"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "lobby", "203.0.113.0/24", "2001:db8::/32", "203.0.113.7:80"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
