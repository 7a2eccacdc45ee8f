//! Bytes in, messages out. It holds what has not come whole yet, and nothing else: between two messages it has allocated
//! nothing.

use super::{
    Message, Wrong,
    header::{Header, Opcode},
};

/// Codes that a close frame may carry (section 7.4): those of the RFC and its registry that may be sent, and those for
/// libraries and applications.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// What one peer has sent and nobody has taken.
#[derive(Debug)]
pub(in crate::endpoint) struct Reader {
    raw: Vec<u8>,
    /// How many of these bytes were taken apart.
    at: usize,
    begun: Option<Box<Begun>>,
    /// The longest message, in bytes.
    most: usize,
}

/// A frame that came whole.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::endpoint) struct ReceivedFrame {
    /// Bytes on the wire, header included.
    pub(in crate::endpoint) bytes: usize,
    /// The message that the frame completes; `None` while more of its frames are to come.
    pub(in crate::endpoint) message: Option<Message>,
}

/// A message of which more frames are to come.
#[derive(Debug)]
struct Begun {
    opcode: Opcode,
    payload: Vec<u8>,
}

impl Reader {
    pub(in crate::endpoint) fn new(most: usize) -> Self {
        Self { raw: Vec::new(), at: 0, begun: None, most }
    }

    /// Takes in what came.
    pub(in crate::endpoint) fn put(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
    }

    /// Lets go of all that has come.
    pub(in crate::endpoint) fn forget(&mut self) {
        *self = Self::new(self.most);
    }

    /// The next message that has come whole. After an error nothing that comes means anything.
    pub(in crate::endpoint) fn next(&mut self) -> Result<Option<Message>, Wrong> {
        while let Some(ReceivedFrame { message, .. }) = self.next_frame()? {
            if message.is_some() {
                return Ok(message);
            }
        }
        Ok(None)
    }

    /// The next frame that has come whole. Limits count frames: a message may come in any number of empty ones.
    pub(in crate::endpoint) fn next_frame(&mut self) -> Result<Option<ReceivedFrame>, Wrong> {
        let before = self.at;
        let Some((header, payload)) = self.frame()? else {
            self.forget_taken();
            return Ok(None);
        };
        let message = if header.opcode.is_control() {
            Some(control(header.opcode, payload)?)
        } else {
            self.data(header, payload)?
        };
        Ok(Some(ReceivedFrame { bytes: self.at - before, message }))
    }

    /// The next frame, its mask taken off.
    fn frame(&mut self) -> Result<Option<(Header, Vec<u8>)>, Wrong> {
        let raw = self.raw.get(self.at..).unwrap_or_default();
        let Some(header) = Header::parse(raw)? else { return Ok(None) };
        let begun = self.begun.as_ref().map_or(0, |begun| begun.payload.len());
        let room = self.most.saturating_sub(if header.opcode.is_control() { 0 } else { begun });
        // A frame that is too long is refused before it comes.
        if header.payload > room as u64 && !header.opcode.is_control() {
            return Err(Wrong::TooLong);
        }
        let end = header.bytes + header.payload as usize;
        let Some(masked) = raw.get(header.bytes..end) else { return Ok(None) };
        let mut payload = masked.to_vec();
        unmask(&mut payload, header.mask);
        self.at += end;
        Ok(Some((header, payload)))
    }

    /// A part is added where the message lies: an empty one allocates nothing.
    fn data(&mut self, header: Header, payload: Vec<u8>) -> Result<Option<Message>, Wrong> {
        match (header.opcode, &mut self.begun) {
            (Opcode::Continuation, Some(begun)) => begun.payload.extend_from_slice(&payload),
            (Opcode::Continuation, None) | (_, Some(_)) => return Err(Wrong::Frame),
            (opcode, None) if header.last => return whole(opcode, payload).map(Some),
            (opcode, begun) => *begun = Some(Box::new(Begun { opcode, payload })),
        }
        if !header.last {
            return Ok(None);
        }
        let begun = self.begun.take().map(|begun| whole(begun.opcode, begun.payload));
        begun.transpose()
    }

    /// Bytes that it has allocated.
    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.raw.capacity() + self.begun.as_ref().map_or(0, |begun| begun.payload.capacity())
    }

    fn forget_taken(&mut self) {
        if self.at == self.raw.len() {
            self.raw = Vec::new();
        } else {
            self.raw.drain(..self.at);
        }
        self.at = 0;
    }
}

fn whole(opcode: Opcode, payload: Vec<u8>) -> Result<Message, Wrong> {
    Ok(match opcode {
        // Letters may lie across frames, so a text is looked at as a whole.
        Opcode::Text => Message::Text(String::from_utf8(payload).map_err(|_| Wrong::Frame)?),
        _ => Message::Binary(payload.into()),
    })
}

fn control(opcode: Opcode, payload: Vec<u8>) -> Result<Message, Wrong> {
    match opcode {
        Opcode::Ping => Ok(Message::Ping(payload.into())),
        Opcode::Pong => Ok(Message::Pong(payload.into())),
        _ => match payload.split_first_chunk() {
            None if payload.is_empty() => Ok(Message::Close(None)),
            Some((code, reason)) if std::str::from_utf8(reason).is_ok() => {
                let code = u16::from_be_bytes(*code);
                may_be_sent(code).then_some(Message::Close(Some(code))).ok_or(Wrong::Frame)
            }
            _ => Err(Wrong::Frame),
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
