//! Frames as RFC 6455 has them: bytes in, messages out, and the other way round. Knows no socket and no chat.
//!
//! A server's frames carry no mask (section 5.1), so one that is made once is the same bytes for everyone.

mod header;
mod reader;

use bytes::Bytes;

pub(super) use header::Opcode;
pub(super) use reader::{Reader, ReceivedFrame};

/// What a peer said, or is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
    /// Asks for a sign of life with these bytes, 125 at the most.
    Ping(Bytes),
    /// A sign of life.
    Pong(Bytes),
    /// Goodbye, with a code if one was given.
    Close(Option<u16>),
}

/// How a peer broke the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no frame, or not one that may come here.
    Frame,
    /// A message is longer than may be.
    TooLong,
}

/// Ready-made frames, one after the other: the same bytes for everyone who is to have them. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frames(Bytes);

impl Frames {
    /// One text frame.
    pub fn text(text: &str) -> Self {
        let mut out = Vec::with_capacity(header::LONGEST + text.len());
        put_text(&mut out, text);
        Self::from(out)
    }

    /// No frame at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl From<Vec<u8>> for Frames {
    /// Takes bytes that [`put_text`] has put there, or a part of them that begins and ends with a frame.
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<Bytes> for Frames {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

/// Adds a text frame.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, Opcode::Text, text.as_bytes());
}

/// Where in a text frame of so many bytes of text the text begins.
pub fn text_begins(length: usize) -> usize {
    header::length_of_header(length)
}

/// Adds a frame.
pub(super) fn put(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    header::put(out, opcode, payload.len());
    out.extend_from_slice(payload);
}

/// Adds the header of a frame whose payload follows.
pub(super) fn put_header(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    header::put(out, opcode, length);
}

/// Adds a close frame: its code, and a reason of 123 bytes at the most (section 5.5.1).
pub(super) fn put_close(out: &mut Vec<u8>, code: Option<u16>, reason: &str) {
    let code = code.map(u16::to_be_bytes);
    let payload = [code.as_ref().map_or(&[][..], |code| &code[..]), reason.as_bytes()].concat();
    put(out, Opcode::Close, &payload);
}

/// The texts of frames that [`put_text`] made.
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
    assert!(frames.is_empty(), "{frames:?} is no text frame");
    texts
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;
