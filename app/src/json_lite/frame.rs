use serde_json::Value;

use super::{Read, fields, reads, words};
use crate::protocol::{ErrorCode, ServerFrame, SubscriptionMode, WelcomeLimits};

reads! {
    WelcomeLimits { frame_bytes, body_bytes, name_chars, subscriptions }
}

words! {
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

impl Read for ServerFrame {
    /// Answers to what no page asks are frames that it does not know.
    fn read(json: &Value) -> Option<Self> {
        Some(match json["type"].as_str()? {
            "event" => Self::Event(Read::read(json)?),
            "ack" => fields!(json, Self::Ack { reference as "ref", draft, topic, seq, duplicate }),
            "error" => fields!(json, Self::Error { reference as "ref", code, message, retry_ms }),
            "ping" => fields!(json, Self::Ping { n }),
            "welcome" => {
                fields!(json, Self::Welcome { connection, user, name, now, ping_seconds, limits, topics })
            }
            "renamed" => fields!(json, Self::Renamed { reference as "ref", name }),
            "subscribed" => {
                fields!(
                    json,
                    Self::Subscribed { reference as "ref", topic, epoch, head, draft, mode, events, more, about }
                )
            }
            "unsubscribed" => fields!(json, Self::Unsubscribed { reference as "ref", topic }),
            "history" => {
                fields!(json, Self::History { reference as "ref", topic, epoch, head, from, to, events })
            }
            "presence" => fields!(json, Self::Presence { topic, here, joined, left }),
            "typing" => fields!(json, Self::Typing { topic, people }),
            "members" => fields!(json, Self::Members { reference as "ref", topic, here, people }),
            "membership" => fields!(json, Self::Membership { reference as "ref", membership }),
            "heads" => fields!(json, Self::Heads { topics }),
            "found" => Self::Found {
                reference: Read::read(&json["ref"])?,
                hits: Read::read(&json["hits"])?,
                more: Read::read(&json["more"])?,
                complete: json["complete"].as_bool().unwrap_or(true),
            },
            "drain" => fields!(json, Self::Drain { within_ms }),
            _ => Self::Unknown,
        })
    }
}
