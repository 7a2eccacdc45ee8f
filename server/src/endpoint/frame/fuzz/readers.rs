//! Decodes a stream with our reader and with tungstenite.

use std::io::{self, Cursor, Read, Write};

use tokio_tungstenite::tungstenite::{
    self, Error, WebSocket,
    protocol::{CloseFrame, Role, WebSocketConfig},
};

use super::super::{FrameReader, Message};

/// The state of a reader at the end of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// All complete messages were decoded; the reader waits for more.
    Pending,
    /// The last message was a close frame.
    Closed,
    /// The reader found an error.
    Failed,
    /// A text is not UTF-8. tungstenite checks each fragment of a message.
    FailedText,
    /// A close frame has an invalid code.
    FailedCode,
}

/// The result of one reader.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) messages: Vec<Message>,
    pub(super) end: End,
    /// The number of bytes that the reader was given.
    pub(super) given: usize,
    /// The reader holds an incomplete frame or message.
    pub(super) has_partial: bool,
}

pub(super) fn ours(bytes: &[u8], pieces: usize, max_message_bytes: usize) -> Decoded {
    let mut reader = FrameReader::new(max_message_bytes);
    let mut messages = Vec::new();
    let mut given = 0;
    for piece in bytes.chunks(pieces) {
        reader.put(piece);
        given += piece.len();
        let end = loop {
            match reader.next() {
                Ok(None) => break End::Pending,
                Ok(Some(message)) => {
                    let last = matches!(message, Message::Close(_));
                    messages.push(message);
                    if last {
                        break End::Closed;
                    }
                }
                Err(_) => break End::Failed,
            }
        };
        if end != End::Pending {
            return Decoded { messages, end, given, has_partial: false };
        }
    }
    Decoded { messages, end: End::Pending, given, has_partial: reader.allocated() > 0 }
}

/// Returns whether these bytes, which end with a frame, end within a fragmented message: our reader refuses a new one.
pub(super) fn ends_within_a_message(bytes: &[u8], max_message_bytes: usize) -> bool {
    const EMPTY_TEXT: [u8; 6] = [0x81, 0x80, 0, 0, 0, 0];
    let mut reader = FrameReader::new(max_message_bytes);
    reader.put(bytes);
    while let Ok(Some(_)) = reader.next() {}
    reader.put(&EMPTY_TEXT);
    reader.next().is_err()
}

pub(super) fn theirs(bytes: &[u8], max_message_bytes: usize) -> Decoded {
    let config = WebSocketConfig::default()
        .read_buffer_size(1 << 10)
        .max_message_size(Some(max_message_bytes))
        .max_frame_size(Some(max_message_bytes));
    let stream = ByteStream(Cursor::new(bytes));
    let mut socket = WebSocket::from_raw_socket(stream, Role::Server, Some(config));
    let mut messages = Vec::new();
    let end = loop {
        match socket.read() {
            // tungstenite returns the close frame with this reason when its code is invalid.
            Ok(tungstenite::Message::Close(Some(CloseFrame { reason, .. })))
                if reason == "Protocol violation" =>
            {
                break End::FailedCode;
            }
            Ok(message) => messages.push(our_message(message)),
            Err(Error::ConnectionClosed) => break End::Closed,
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break End::Pending,
            Err(Error::Utf8(_)) => break End::FailedText,
            Err(_) => break End::Failed,
        }
    };
    Decoded { messages, end, given: bytes.len(), has_partial: false }
}

fn our_message(message: tungstenite::Message) -> Message {
    match message {
        tungstenite::Message::Text(text) => Message::Text(text.to_string()),
        tungstenite::Message::Binary(bytes) => Message::Binary(bytes),
        tungstenite::Message::Ping(bytes) => Message::Ping(bytes),
        tungstenite::Message::Pong(bytes) => Message::Pong(bytes),
        tungstenite::Message::Close(close) => Message::Close(close.map(|close| close.code.into())),
        tungstenite::Message::Frame(_) => unreachable!("reading returns no raw frames"),
    }
}

/// A client that has sent these bytes, sends no more, and accepts everything.
struct ByteStream<'a>(Cursor<&'a [u8]>);

impl Read for ByteStream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            count => Ok(count),
        }
    }
}

impl Write for ByteStream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
