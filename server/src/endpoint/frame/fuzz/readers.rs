//! What we, and tungstenite, make of the same bytes.

use std::io::{self, Cursor, Read, Write};

use tokio_tungstenite::tungstenite::{
    self, Error, WebSocket,
    protocol::{CloseFrame, Role, WebSocketConfig},
};

use super::super::{Message, Reader};

/// How reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All that came whole was told.
    Waits,
    /// The client said goodbye, which was told last.
    Closed,
    /// Something is wrong.
    Refused,
    /// A text is none; tungstenite says so before it is whole.
    RefusedText,
    /// A goodbye whose code may not be.
    RefusedCode,
}

/// What one reader told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) messages: Vec<Message>,
    pub(super) end: End,
    /// Bytes that were there when it ended.
    pub(super) came: usize,
    /// Something that has not come whole is held.
    pub(super) holds: bool,
}

pub(super) fn ours(bytes: &[u8], pieces: usize, most: usize) -> Told {
    let mut reader = Reader::new(most);
    let (mut messages, mut came) = (Vec::new(), 0);
    for piece in bytes.chunks(pieces) {
        reader.put(piece);
        came += piece.len();
        let end = loop {
            match reader.next() {
                Ok(None) => break End::Waits,
                Ok(Some(message)) => {
                    let last = matches!(message, Message::Close(_));
                    messages.push(message);
                    if last {
                        break End::Closed;
                    }
                }
                Err(_) => break End::Refused,
            }
        };
        if end != End::Waits {
            return Told { messages, end, came, holds: false };
        }
    }
    Told { messages, end: End::Waits, came, holds: reader.allocated() > 0 }
}

/// Whether we could not begin a message after these bytes, which end with a frame.
pub(super) fn is_amid_a_message(bytes: &[u8], most: usize) -> bool {
    const EMPTY_TEXT: [u8; 6] = [0x81, 0x80, 0, 0, 0, 0];
    let mut reader = Reader::new(most);
    reader.put(bytes);
    while let Ok(Some(_)) = reader.next() {}
    reader.put(&EMPTY_TEXT);
    reader.next().is_err()
}

pub(super) fn theirs(bytes: &[u8], most: usize) -> Told {
    let config = WebSocketConfig::default()
        .read_buffer_size(1 << 10)
        .max_message_size(Some(most))
        .max_frame_size(Some(most));
    let line = Line(Cursor::new(bytes));
    let mut socket = WebSocket::from_raw_socket(line, Role::Server, Some(config));
    let mut messages = Vec::new();
    let end = loop {
        match socket.read() {
            // It takes the goodbye, and answers that its code is wrong.
            Ok(tungstenite::Message::Close(Some(CloseFrame { reason, .. })))
                if reason == "Protocol violation" =>
            {
                break End::RefusedCode;
            }
            Ok(message) => messages.push(as_ours(message)),
            Err(Error::ConnectionClosed) => break End::Closed,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break End::Waits,
            Err(Error::Utf8(_)) => break End::RefusedText,
            Err(_) => break End::Refused,
        }
    };
    Told { messages, end, came: bytes.len(), holds: false }
}

fn as_ours(message: tungstenite::Message) -> Message {
    match message {
        tungstenite::Message::Text(text) => Message::Text(text.to_string()),
        tungstenite::Message::Binary(bytes) => Message::Binary(bytes),
        tungstenite::Message::Ping(bytes) => Message::Ping(bytes),
        tungstenite::Message::Pong(bytes) => Message::Pong(bytes),
        tungstenite::Message::Close(close) => Message::Close(close.map(|close| close.code.into())),
        tungstenite::Message::Frame(_) => unreachable!("reading makes no raw frames"),
    }
}

/// Bytes that have come, and a client that says no more and takes all answers.
struct Line<'a>(Cursor<&'a [u8]>);

impl Read for Line<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            some => Ok(some),
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
