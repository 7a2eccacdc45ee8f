//! Frame headers: RFC 6455, section 5.2.

use super::FrameError;

/// The longest header that a server sends.
pub(super) const MAX_HEADER_BYTES: usize = 10;
/// The longest payload of a control frame (section 5.5).
const MAX_CONTROL_PAYLOAD_BYTES: u64 = 125;

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
    fn from_bits(bits: u8) -> Result<Self, FrameError> {
        Ok(match bits {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(FrameError::Invalid),
        })
    }

    /// Control frames may come between the frames of a fragmented message (section 5.4).
    pub(super) fn is_control(self) -> bool {
        self as u8 & 8 != 0
    }
}

/// The header of a frame from a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    /// Length of the header.
    pub(super) header_bytes: usize,
    /// Length of the payload.
    pub(super) payload_bytes: u64,
}

impl Header {
    /// Returns `None` when the header is not complete yet.
    pub(super) fn parse(raw: &[u8]) -> Result<Option<Self>, FrameError> {
        let &[first, second, ref rest @ ..] = raw else { return Ok(None) };
        let opcode = Opcode::from_bits(first & 0x0f)?;
        let is_final = first & 0x80 != 0;
        // No extension is negotiated, so the reserved bits are zero; a client masks all its frames (section 5.1).
        if first & 0x70 != 0 || second & 0x80 == 0 {
            return Err(FrameError::Invalid);
        }
        let Some((payload_bytes, extended, rest)) = length(second & 0x7f, rest)? else { return Ok(None) };
        if opcode.is_control() && (!is_final || payload_bytes > MAX_CONTROL_PAYLOAD_BYTES) {
            return Err(FrameError::Invalid);
        }
        let Some(&mask) = rest.first_chunk() else { return Ok(None) };
        Ok(Some(Self { is_final, opcode, mask, header_bytes: 6 + extended, payload_bytes }))
    }
}

/// The payload's length, the size of the extended length field, and the bytes after it.
type Length<'a> = (u64, usize, &'a [u8]);

/// Decodes the payload's length, which must have the shortest encoding (section 5.2). Returns `None` when it is not
/// complete yet.
fn length(short: u8, rest: &[u8]) -> Result<Option<Length<'_>>, FrameError> {
    let (length, extended, rest, min) = match short {
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
    if length < min || length >= 1 << 63 {
        Err(FrameError::Invalid)
    } else {
        Ok(Some((length, extended, rest)))
    }
}

/// Appends the header of an unfragmented, unmasked message.
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

/// Returns the length of the header that [`put`] appends for a payload of `length` bytes.
pub(super) fn encoded_length(length: usize) -> usize {
    match length {
        0..126 => 2,
        126..0x1_0000 => 4,
        _ => MAX_HEADER_BYTES,
    }
}
