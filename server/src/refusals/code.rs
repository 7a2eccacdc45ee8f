use std::sync::atomic::{AtomicU64, Ordering};

use app::protocol::CloseCode;

/// Declares the codes with their names in the log and in metrics.
macro_rules! refusal_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)*) => {
        /// The reason for a refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum RefusalCode {
            $($(#[$doc])* $variant,)*
        }

        impl RefusalCode {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code in the log and in metrics.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn counter(self) -> &'static AtomicU64 {
                match self {
                    $(Self::$variant => {
                        static TOTAL: AtomicU64 = AtomicU64::new(0);
                        &TOTAL
                    })*
                }
            }
        }
    };
}

refusal_codes! {
    /// A wrong access secret.
    WrongSecret = "wrong_secret";
    /// A connection without the access secret.
    NoAccess = "no_access";
    /// A page of another origin posted a form or opened a connection.
    ForeignOrigin = "foreign_origin";
    /// A host name that is not served.
    UnknownHost = "unknown_host";
    /// A rate limit.
    Rate = "rate";
    /// Too many open connections of one address.
    AddressFull = "address_full";
    /// Too many open connections of all clients.
    ServerFull = "server_full";
    /// A handshake that is no WebSocket's, or not one that the server supports.
    BadHandshake = "bad_handshake";
    /// A connection that the server cannot take now.
    Unavailable = "unavailable";
    /// A malformed frame.
    BadFrame = "bad_frame";
    /// A frame above the size limit.
    FrameTooLarge = "frame_too_large";
    /// An unsupported version of the protocol.
    Version = "version";
    /// No `hello` in time, or another frame before it.
    NoHello = "no_hello";
}

impl RefusalCode {
    pub(super) fn count(self) {
        self.counter().fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how many there were since the process started.
    pub(crate) fn total(self) -> u64 {
        self.counter().load(Ordering::Relaxed)
    }

    /// Returns the code for a connection that the server closed, or `None` if the client did nothing wrong.
    pub(crate) fn of_close(code: CloseCode) -> Option<Self> {
        match code {
            CloseCode::Rate => Some(Self::Rate),
            CloseCode::BadFrame => Some(Self::BadFrame),
            CloseCode::Limit => Some(Self::FrameTooLarge),
            CloseCode::Version => Some(Self::Version),
            CloseCode::NoHello => Some(Self::NoHello),
            CloseCode::Drain
            | CloseCode::Slow
            | CloseCode::NoPong
            | CloseCode::Internal
            | CloseCode::AuthRefresh
            | CloseCode::Banned
            | CloseCode::Unavailable => None,
        }
    }
}
