//! The servers that are measured.

use clap::ValueEnum;

use crate::dialect::Dialect;

/// A server together with the dialect that it is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Server {
    /// One epoll thread that stores nothing: an upper bound.
    Limit,
    /// Bun's own server and topics.
    Bun,
    /// Chorus, JSON, durable.
    ChorusV1,
    /// Chorus, plain, durable.
    ChorusPlain,
    /// An earlier Chorus, JSON (`--before`).
    ChorusV1Before,
    /// An earlier Chorus, plain (`--before`).
    ChorusPlainBefore,
    /// axum's chat example.
    Usual,
    /// The same with `TCP_NODELAY`.
    UsualNodelay,
    /// Node with `ws`.
    Node,
}

impl Server {
    /// The name in the tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::Limit => "limit: one epoll thread, stores nothing",
            Self::Bun => "Bun, `publish`",
            Self::ChorusV1 => "**Chorus**, `chorus.v1`, durable",
            Self::ChorusPlain => "**Chorus**, plain, durable",
            Self::ChorusV1Before => "Chorus before, `chorus.v1`",
            Self::ChorusPlainBefore => "Chorus before, plain",
            Self::Usual => "axum + `broadcast`, as usually written",
            Self::UsualNodelay => "axum + `broadcast`, with `TCP_NODELAY`",
            Self::Node => "Node `ws`",
        }
    }

    /// The dialect that it is measured in.
    pub fn dialect(self) -> Dialect {
        match self {
            Self::ChorusV1 | Self::ChorusV1Before => Dialect::V1,
            Self::ChorusPlain | Self::ChorusPlainBefore => Dialect::Plain,
            _ => Dialect::Raw,
        }
    }

    /// Whether it is Chorus.
    pub fn is_chorus(self) -> bool {
        self.dialect() != Dialect::Raw
    }

    /// Whether it is the earlier Chorus of `--before`.
    pub fn is_before(self) -> bool {
        matches!(self, Self::ChorusV1Before | Self::ChorusPlainBefore)
    }
}
