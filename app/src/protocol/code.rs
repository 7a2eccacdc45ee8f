//! Why something was refused, and why a connection ends: the two tables of codes.

use serde::{Deserialize, Serialize};

/// Why a request was refused, as `error.code` on the wire. The connection stays open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// A field is missing or is not of its form; the message names it.
    BadRequest,
    /// The frame's `type` is not known.
    UnknownType,
    /// The text is longer than the limit.
    TooLarge,
    /// The text is blank.
    Blank,
    /// The text holds a character that may not stand there.
    BadText,
    /// The connection has as many subscriptions as it may.
    TooManySubscriptions,
    /// The server has as many topics as it may.
    TooManyTopics,
    /// This draft was published before, with other content.
    Conflict,
    /// Only its author may do that.
    Forbidden,
    /// There is no such message, or no longer.
    NotFound,
    /// The message has changed since the revision that was named.
    Stale,
    /// The message has as many reactions as it may.
    TooManyReactions,
    /// There is a topic of that name already.
    Exists,
    /// Only somebody with a session may do that.
    NoSession,
    /// Too many frames; try again after `retry_ms`.
    Rate,
    /// The server cannot store anything just now; try again after `retry_ms`.
    Unavailable,
    /// A code that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

impl ErrorCode {
    /// Every code that a server of this version sends.
    pub const ALL: [Self; 16] = [
        Self::BadRequest,
        Self::UnknownType,
        Self::TooLarge,
        Self::Blank,
        Self::BadText,
        Self::TooManySubscriptions,
        Self::TooManyTopics,
        Self::Conflict,
        Self::Forbidden,
        Self::NotFound,
        Self::Stale,
        Self::TooManyReactions,
        Self::Exists,
        Self::NoSession,
        Self::Rate,
        Self::Unavailable,
    ];

    /// Whether the same request may succeed later as it is.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Rate | Self::Unavailable)
    }
}

macro_rules! close_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $reason:literal;)*) => {
        /// Why the server ends a connection: the close frame's code (RFC 6455, section 7.4.2).
        /// 4000 to 4499: come back. 4500 to 4999: do not.
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
    /// The server is going; come back at a random moment within the `drain` frame's time.
    Drain = 4000, "drain";
    /// The peer stopped reading.
    Slow = 4001, "slow";
    /// The peer did not answer a ping.
    NoPong = 4002, "no_pong";
    /// A fault of the server's.
    Internal = 4003, "internal";
    /// Far too many frames.
    Rate = 4005, "rate";
    /// A frame that is no frame of the dialect.
    BadFrame = 4500, "bad_frame";
    /// A version that this server does not speak.
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

    /// Whether a client that was closed with `number` should come back. Anything but 4500 to 4999 says yes: a broken
    /// line (1006) is no refusal.
    pub fn should_reconnect(number: u16) -> bool {
        !(4500..=4999).contains(&number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_whether_to_come_back() {
        let back: Vec<_> =
            CloseCode::ALL.iter().filter(|c| CloseCode::should_reconnect(c.number())).collect();
        assert_eq!(
            back,
            [&CloseCode::Drain, &CloseCode::Slow, &CloseCode::NoPong, &CloseCode::Internal, &CloseCode::Rate]
        );
        assert!(CloseCode::should_reconnect(1006));
    }
}
