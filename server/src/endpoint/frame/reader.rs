//! Decodes the frames of a client. The reader buffers incomplete frames and messages only: between two messages it holds
//! no memory.

use super::{
    FrameError, Message,
    header::{Header, Opcode},
};

/// Returns whether a close frame may carry this code (section 7.4): codes of the RFC and its registry except those that
/// are never sent, and codes for libraries and applications.
fn is_valid_close_code(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Decodes the bytes from one client.
#[derive(Debug)]
pub(in crate::endpoint) struct FrameReader {
    buffer: Vec<u8>,
    /// The number of bytes at the start of the buffer that are decoded.
    decoded: usize,
    partial: Option<Box<PartialMessage>>,
    max_message_bytes: usize,
}

/// A complete frame.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::endpoint) struct ReceivedFrame {
    /// The frame's length, with its header.
    pub(in crate::endpoint) bytes: usize,
    /// The message that the frame completes; `None` for a fragment that more follow.
    pub(in crate::endpoint) message: Option<Message>,
}

/// A fragmented message whose last frame has not arrived.
#[derive(Debug)]
struct PartialMessage {
    opcode: Opcode,
    payload: Vec<u8>,
}

impl FrameReader {
    pub(in crate::endpoint) fn new(max_message_bytes: usize) -> Self {
        Self { buffer: Vec::new(), decoded: 0, partial: None, max_message_bytes }
    }

    /// Appends bytes that were read.
    pub(in crate::endpoint) fn put(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Discards all buffered bytes.
    pub(in crate::endpoint) fn clear(&mut self) {
        *self = Self::new(self.max_message_bytes);
    }

    /// Returns the next complete message, or `None` when there is none yet. After an error the rest of the stream is
    /// meaningless.
    pub(in crate::endpoint) fn next(&mut self) -> Result<Option<Message>, FrameError> {
        while let Some(ReceivedFrame { message, .. }) = self.next_frame()? {
            if message.is_some() {
                return Ok(message);
            }
        }
        Ok(None)
    }

    /// Returns the next complete frame, or `None` when there is none yet. Rate limits count frames and not messages, since a
    /// message may have any number of empty ones.
    pub(in crate::endpoint) fn next_frame(&mut self) -> Result<Option<ReceivedFrame>, FrameError> {
        let start = self.decoded;
        let Some((header, payload)) = self.frame()? else {
            self.drop_decoded();
            return Ok(None);
        };
        let message = if header.opcode.is_control() {
            Some(control_message(header.opcode, payload)?)
        } else {
            self.data_frame(header, payload)?
        };
        Ok(Some(ReceivedFrame { bytes: self.decoded - start, message }))
    }

    /// Decodes the next frame and unmasks its payload.
    fn frame(&mut self) -> Result<Option<(Header, Vec<u8>)>, FrameError> {
        let buffer = self.buffer.get(self.decoded..).unwrap_or_default();
        let Some(header) = Header::parse(buffer)? else { return Ok(None) };
        let partial = self.partial.as_ref().map_or(0, |partial| partial.payload.len());
        let remaining = self.max_message_bytes.saturating_sub(partial);
        // A frame that is too long is refused by its header, before its payload is buffered.
        if header.payload_bytes > remaining as u64 && !header.opcode.is_control() {
            return Err(FrameError::TooLong);
        }
        let end = header.header_bytes + header.payload_bytes as usize;
        let Some(masked) = buffer.get(header.header_bytes..end) else { return Ok(None) };
        let mut payload = masked.to_vec();
        unmask(&mut payload, header.mask);
        self.decoded += end;
        Ok(Some((header, payload)))
    }

    /// Appends a fragment to its message, or returns the message that the frame completes.
    fn data_frame(&mut self, header: Header, payload: Vec<u8>) -> Result<Option<Message>, FrameError> {
        match (header.opcode, &mut self.partial) {
            (Opcode::Continuation, Some(partial)) => partial.payload.extend_from_slice(&payload),
            (Opcode::Continuation, None) | (_, Some(_)) => return Err(FrameError::Invalid),
            (opcode, None) if header.is_final => return data_message(opcode, payload).map(Some),
            (opcode, partial) => *partial = Some(Box::new(PartialMessage { opcode, payload })),
        }
        if !header.is_final {
            return Ok(None);
        }
        let message = self.partial.take().map(|partial| data_message(partial.opcode, partial.payload));
        message.transpose()
    }

    /// Bytes that the reader has allocated.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.buffer.capacity() + self.partial.as_ref().map_or(0, |partial| partial.payload.capacity())
    }

    fn drop_decoded(&mut self) {
        if self.decoded == self.buffer.len() {
            self.buffer = Vec::new();
        } else {
            self.buffer.drain(..self.decoded);
        }
        self.decoded = 0;
    }
}

fn data_message(opcode: Opcode, payload: Vec<u8>) -> Result<Message, FrameError> {
    Ok(match opcode {
        // A character may span two frames, so the UTF-8 is checked once the message is complete (section 8.1).
        Opcode::Text => Message::Text(String::from_utf8(payload).map_err(|_| FrameError::Invalid)?),
        _ => Message::Binary(payload.into()),
    })
}

fn control_message(opcode: Opcode, payload: Vec<u8>) -> Result<Message, FrameError> {
    match opcode {
        Opcode::Ping => Ok(Message::Ping(payload.into())),
        Opcode::Pong => Ok(Message::Pong(payload.into())),
        _ => match payload.split_first_chunk() {
            None if payload.is_empty() => Ok(Message::Close(None)),
            Some((code, reason)) if std::str::from_utf8(reason).is_ok() => {
                let code = u16::from_be_bytes(*code);
                is_valid_close_code(code).then_some(Message::Close(Some(code))).ok_or(FrameError::Invalid)
            }
            _ => Err(FrameError::Invalid),
        },
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let mut words = payload.chunks_exact_mut(4);
    for word in &mut words {
        word.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    }
    words.into_remainder().iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}
