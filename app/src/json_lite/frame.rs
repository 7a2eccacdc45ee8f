use serde_json::Value;

use super::{FromJson, from_fields, impl_enum_from_json, impl_from_json};
use crate::protocol::{ErrorCode, ServerFrame, SubscriptionMode, WelcomeLimits};

impl_from_json! {
    WelcomeLimits { frame_bytes, body_bytes, name_chars, subscriptions }
}

impl_enum_from_json! {
    SubscriptionMode { "tail" = Tail, "resume" = Resume, "reset" = Reset }
    ErrorCode {
        "bad_request" = BadRequest,
        "unknown_type" = UnknownType,
        "too_large" = TooLarge,
        "blank" = Blank,
        "bad_text" = BadText,
        "too_many_subscriptions" = TooManySubscriptions,
        "too_many_topics" = TooManyTopics,
        "conflict" = Conflict,
        "forbidden" = Forbidden,
        "banned" = Banned,
        "muted" = Muted,
        "not_found" = NotFound,
        "stale" = Stale,
        "too_many_reactions" = TooManyReactions,
        "exists" = Exists,
        "no_session" = NoSession,
        "rate" = Rate,
        "unavailable" = Unavailable,
        _ = Unknown,
    }
}

impl FromJson for ServerFrame {
    /// Replies to requests that no page sends become `Unknown`.
    fn from_json(json: &Value) -> Option<Self> {
        Some(match json["type"].as_str()? {
            "event" => Self::Event(FromJson::from_json(json)?),
            "ack" => from_fields!(json, Self::Ack { reference as "ref", draft, topic, seq, duplicate }),
            "error" => from_fields!(json, Self::Error { reference as "ref", code, message, retry_ms }),
            "ping" => from_fields!(json, Self::Ping { n }),
            "welcome" => {
                from_fields!(
                    json,
                    Self::Welcome { connection, user, name, now, ping_seconds, limits, topics }
                )
            }
            "renamed" => from_fields!(json, Self::Renamed { reference as "ref", name }),
            "subscribed" => {
                from_fields!(
                    json,
                    Self::Subscribed { reference as "ref", topic, epoch, head, draft, at, mode, events, more, about }
                )
            }
            "unsubscribed" => from_fields!(json, Self::Unsubscribed { reference as "ref", topic }),
            "history" => {
                from_fields!(json, Self::History { reference as "ref", topic, epoch, head, from, to, events })
            }
            "presence" => from_fields!(json, Self::Presence { topic, here, joined, left }),
            "typing" => from_fields!(json, Self::Typing { topic, people }),
            "members" => from_fields!(json, Self::Members { reference as "ref", topic, here, people }),
            "membership" => from_fields!(json, Self::Membership { reference as "ref", membership }),
            "heads" => from_fields!(json, Self::Heads { topics }),
            "found" => Self::Found {
                reference: FromJson::from_json(&json["ref"])?,
                hits: FromJson::from_json(&json["hits"])?,
                more: FromJson::from_json(&json["more"])?,
                complete: json["complete"].as_bool().unwrap_or(true),
            },
            "drain" => from_fields!(json, Self::Drain { within_ms }),
            _ => Self::Unknown,
        })
    }
}
