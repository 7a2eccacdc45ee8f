//! As much of RFC 6455 as both ends of a benchmark need: whole frames, no extensions, no fragments.

pub mod frame;
pub mod handshake;

/// A frame of text.
pub const TEXT: u8 = 0x1;
/// The end.
pub const CLOSE: u8 = 0x8;
/// A question for life.
pub const PING: u8 = 0x9;
/// Its answer.
pub const PONG: u8 = 0xA;
