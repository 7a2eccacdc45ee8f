//! The part of RFC 6455 that a benchmark's client and server need: unfragmented frames without extensions.

pub mod frame;
pub mod handshake;

/// Opcode of a text frame.
pub const TEXT: u8 = 0x1;
/// Opcode of a close frame.
pub const CLOSE: u8 = 0x8;
/// Opcode of a ping.
pub const PING: u8 = 0x9;
/// Opcode of a pong.
pub const PONG: u8 = 0xA;
