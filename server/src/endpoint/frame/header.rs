//! The first bytes of a frame: RFC 6455, section 5.2.

use super::Wrong;

/// The longest header of a frame that a server sends.
pub(super) const LONGEST: usize = 10;
/// The longest payload of a control frame (section 5.5).
const LONGEST_CONTROL: u64 = 125;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

impl Opcode {
    fn of(bits: u8) -> Result<Self, Wrong> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Wrong::Frame),
        })
    }

    /// Control frames stand between the frames of a message.
    pub(super) fn is_control(self) -> bool {
        self as u8 & 8 != 0
    }
}

/// A client's frame, as its first bytes tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) last: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    /// Bytes of this header.
    pub(super) bytes: usize,
    /// Bytes that follow.
    pub(super) payload: u64,
}

impl Header {
    /// None: it has not all come yet.
    pub(super) fn parse(raw: &[u8]) -> Result<Option<Self>, Wrong> {
        let &[first, second, ref rest @ ..] = raw else { return Ok(None) };
        let opcode = Opcode::of(first & 0x0f)?;
        let last = first & 0x80 != 0;
        // No extension is ever agreed on, and a client masks whatever it sends.
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Err(Wrong::Frame);
        }
        let Some((payload, wide, rest)) = length(second & 0x7f, rest)? else { return Ok(None) };
        if opcode.is_control() && (!last || payload > LONGEST_CONTROL) {
            return Err(Wrong::Frame);
        }
        let Some(&mask) = rest.first_chunk() else { return Ok(None) };
        Ok(Some(Self { last, opcode, mask, bytes: 6 + wide, payload }))
    }
}

/// A payload's length, how many more bytes tell it, and what comes after them.
type Length<'a> = (u64, usize, &'a [u8]);

/// None: it has not all come yet. It must be told in as few bytes as can be.
fn length(short: u8, rest: &[u8]) -> Result<Option<Length<'_>>, Wrong> {
    let (length, wide, rest, least) = match short {
        126 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u16::from_be_bytes(*bytes).into(), 2, rest, 126),
            None => return Ok(None),
        },
        127 => match rest.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_be_bytes(*bytes), 8, rest, 1 << 16),
            None => return Ok(None),
        },
        short => (short.into(), 0, rest, 0),
    };
    if length < least || length >= 1 << 63 { Err(Wrong::Frame) } else { Ok(Some((length, wide, rest))) }
}

/// Adds the header of a whole, unmasked message.
pub(super) fn put(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    out.push(0x80 | opcode as u8);
    match length {
        0..126 => out.push(length as u8),
        126..0x1_0000 => {
            out.push(126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// How long the header is that [`put`] makes for so many bytes.
pub(super) fn length_of_header(length: usize) -> usize {
    match length {
        0..126 => 2,
        126..0x1_0000 => 4,
        _ => LONGEST,
    }
}
