//! Encodes and decodes WebSocket frames: RFC 6455, section 5.
//!
//! A server does not mask its frames (section 5.1), so a frame that is encoded once is the same bytes for all peers.

mod header;
mod reader;

use bytes::Bytes;

pub(super) use header::Opcode;
pub(super) use reader::{FrameReader, ReceivedFrame};

/// A WebSocket message.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    Text(String),
    /// Binary data.
    Binary(Bytes),
    /// A ping with at most 125 bytes of data.
    Ping(Bytes),
    /// The answer to a ping, with its data.
    Pong(Bytes),
    /// A close frame, with its code if it has one.
    Close(Option<u16>),
}

/// A violation of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameError {
    /// The bytes are not a frame, or not one that is allowed at this point.
    Invalid,
    /// The message exceeds the limit.
    TooLong,
}

/// Encoded frames, which many connections share. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncodedFrames(Bytes);

impl EncodedFrames {
    /// Encodes a text message.
    pub fn text(text: &str) -> Self {
        let mut out = Vec::with_capacity(header::MAX_HEADER_BYTES + text.len());
        put_text(&mut out, text);
        Self::from(out)
    }

    /// Returns whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl From<Vec<u8>> for EncodedFrames {
    /// Wraps bytes that consist of whole frames, as [`put_text`] appends them.
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<Bytes> for EncodedFrames {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

/// Appends a text message.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, Opcode::Text, text.as_bytes());
}

/// Returns the offset of the text in the frame of a text of `length` bytes.
pub fn text_offset(length: usize) -> usize {
    header::encoded_length(length)
}

/// Appends a frame.
pub(super) fn put(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    header::put(out, opcode, payload.len());
    out.extend_from_slice(payload);
}

/// Appends the header of a frame; the caller appends the payload.
pub(super) fn put_header(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    header::put(out, opcode, length);
}

/// Appends a close frame. The reason has at most 123 bytes (section 5.5.1).
pub(super) fn put_close(out: &mut Vec<u8>, code: Option<u16>, reason: &str) {
    let code = code.map(u16::to_be_bytes);
    let payload = [code.as_ref().map_or(&[][..], |code| &code[..]), reason.as_bytes()].concat();
    put(out, Opcode::Close, &payload);
}

/// Decodes frames that [`put_text`] has encoded.
#[cfg(test)]
pub(super) fn texts(mut frames: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while let [0x81, short, rest @ ..] = frames {
        let (length, rest) = match short {
            126 => (u16::from_be_bytes(*rest.first_chunk().unwrap()).into(), &rest[2..]),
            127 => (u64::from_be_bytes(*rest.first_chunk().unwrap()) as usize, &rest[8..]),
            short => (usize::from(*short), rest),
        };
        texts.push(String::from_utf8(rest[..length].to_vec()).unwrap());
        frames = &rest[length..];
    }
    assert!(frames.is_empty(), "{frames:?} is not a text frame");
    texts
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
