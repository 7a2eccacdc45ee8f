//! The error codes of requests, and the close codes of connections.

use serde::{Deserialize, Serialize};

/// The reason for a refused request, as `error.code` on the wire. The connection stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A field is missing or malformed; the message names it.
    BadRequest,
    /// The frame's `type` is unknown.
    UnknownType,
    /// The text is longer than the limit.
    TooLarge,
    /// The text is blank.
    Blank,
    /// The text contains a character that is not allowed there.
    BadText,
    /// The connection has reached the limit of subscriptions.
    TooManySubscriptions,
    /// The server has reached the limit of topics, the address that of new ones within an hour, or the person that of followed ones.
    TooManyTopics,
    /// The draft id was used before, with other content.
    Conflict,
    /// Only its author may do that, or a person with a higher role.
    Forbidden,
    /// The person is banned from the chat.
    Banned,
    /// The person is muted, in the chat or in the topic.
    Muted,
    /// The message does not exist, or no longer.
    NotFound,
    /// The message has changed since the given revision.
    Stale,
    /// The message has reached the limit of reactions.
    TooManyReactions,
    /// A topic of that name exists already.
    Exists,
    /// The request needs a session.
    NoSession,
    /// Too many frames; try again after `retry_ms`.
    Rate,
    /// The server cannot store anything at the moment; try again after `retry_ms`.
    Unavailable,
    /// A code that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

impl ErrorCode {
    /// Every code that a server of this version sends.
    pub const ALL: [Self; 18] = [
        Self::BadRequest,
        Self::UnknownType,
        Self::TooLarge,
        Self::Blank,
        Self::BadText,
        Self::TooManySubscriptions,
        Self::TooManyTopics,
        Self::Conflict,
        Self::Forbidden,
        Self::Banned,
        Self::Muted,
        Self::NotFound,
        Self::Stale,
        Self::TooManyReactions,
        Self::Exists,
        Self::NoSession,
        Self::Rate,
        Self::Unavailable,
    ];

    /// Whether the same request may succeed later unchanged.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Rate | Self::Unavailable)
    }
}

macro_rules! close_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $reason:literal;)*) => {
        /// The reason for a closed connection: the close frame's code (RFC 6455, section 7.4.2). Clients reconnect after 4000
        /// to 4499 and do not after 4500 to 4999.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CloseCode {
            $($(#[$doc])* $name = $code,)*
        }

        impl CloseCode {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The close frame's reason.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)* }
            }
        }
    };
}

close_codes! {
    /// The server shuts down; reconnect at a random moment within the time of the `drain` frame.
    Drain = 4000, "drain";
    /// The client stopped reading.
    Slow = 4001, "slow";
    /// The client did not answer a ping.
    NoPong = 4002, "no_pong";
    /// An internal error of the server.
    Internal = 4003, "internal";
    /// The session has ended or was replaced, or its person may not read a subscribed topic any more; reconnect with the one of now.
    AuthRefresh = 4004, "auth_refresh";
    /// Far too many frames.
    Rate = 4005, "rate";
    /// The database does not answer a read that the connection depends on.
    Unavailable = 4006, "unavailable";
    /// A malformed frame.
    BadFrame = 4500, "bad_frame";
    /// The person was banned.
    Banned = 4502, "banned";
    /// An unsupported protocol version.
    Version = 4503, "version";
    /// A frame above the size limit.
    Limit = 4504, "limit";
    /// No `hello` in time, or another frame before it.
    NoHello = 4505, "no_hello";
}

impl CloseCode {
    /// The number in the close frame.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// Whether a client that was closed with `number` should reconnect: yes for anything but 4500 to 4999, because a lost
    /// connection (1006) is no refusal.
    pub fn should_reconnect(number: u16) -> bool {
        !(4500..=4999).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_code_tells_whether_to_reconnect() {
        let back: Vec<_> =
            CloseCode::ALL.iter().filter(|c| CloseCode::should_reconnect(c.number())).collect();
        assert_eq!(
            back,
            [
                &CloseCode::Drain,
                &CloseCode::Slow,
                &CloseCode::NoPong,
                &CloseCode::Internal,
                &CloseCode::AuthRefresh,
                &CloseCode::Rate,
                &CloseCode::Unavailable
            ]
        );
        assert!(CloseCode::should_reconnect(1006));
    }
}
