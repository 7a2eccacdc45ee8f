//! Compares the results of both readers, and lists the allowed differences.

use super::{
    super::Message,
    readers::{Decoded, End, ends_within_a_message, ours, theirs},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Both decoded the same messages, without an error.
    Accepted,
    /// Both decoded the same messages, and then found an error.
    Failed,
    /// We refuse a frame by its header, tungstenite once more of it has arrived. The RFC does not say when; section 10.4 asks
    /// for limits, which are of little use after the bytes were buffered.
    WeFailEarlier,
    /// We check the UTF-8 of a complete text, tungstenite that of each fragment. Section 8.1 does not say when either; until
    /// then only control frames, which may come between the fragments (section 5.4), are decoded.
    WeFailLater,
    /// We refuse a length in more bytes than needed: section 5.2, "the minimal number of bytes MUST be used".
    MinimalLength,
    /// We accept the close code 1014, which IANA has registered since (section 7.4.2); tungstenite does not know it.
    BadGateway,
}

impl Verdict {
    pub(super) const ALL: [Self; 6] = [
        Self::Accepted,
        Self::Failed,
        Self::WeFailEarlier,
        Self::WeFailLater,
        Self::MinimalLength,
        Self::BadGateway,
    ];
}

/// Errors: a difference that is not allowed, with both results.
pub(super) fn compare(bytes: &[u8], pieces: usize, max_message_bytes: usize) -> Result<Verdict, String> {
    let we = ours(bytes, pieces, max_message_bytes);
    let they = theirs(bytes, max_message_bytes);
    let same = we.messages == they.messages;
    match (we.end, they.end) {
        (End::Pending, End::Pending) | (End::Closed, End::Closed) if same => Ok(Verdict::Accepted),
        (End::Failed, End::Failed | End::FailedText | End::FailedCode) if same => Ok(Verdict::Failed),
        (End::Failed, End::Pending) if same && they_fail_later(bytes, max_message_bytes, &they) => {
            Ok(Verdict::WeFailEarlier)
        }
        (End::Failed, _)
            if they.messages.starts_with(&we.messages) && fails_at_long_length(bytes, max_message_bytes) =>
        {
            Ok(Verdict::MinimalLength)
        }
        (_, End::FailedText)
            if only_control_follows(&we, &they) && text_is_pending(&we, bytes, max_message_bytes) =>
        {
            Ok(Verdict::WeFailLater)
        }
        (End::Closed, End::FailedCode) if closes_with_bad_gateway(&we, &they) => Ok(Verdict::BadGateway),
        _ => Err(format!("\nwe: {we:?}\nthey: {they:?}")),
    }
}

/// Returns whether tungstenite refuses the incomplete frame at the end, however it goes on. The bytes appended here decode
/// as pongs wherever the frame ends (0x8a is the first byte of a pong, and as the second it means a mask and ten bytes),
/// so if tungstenite accepts the frame, it decodes another message.
fn they_fail_later(bytes: &[u8], max_message_bytes: usize, they: &Decoded) -> bool {
    let more = theirs(&[bytes, &vec![0x8a; max_message_bytes + 100]].concat(), max_message_bytes);
    more.messages == they.messages && !matches!(more.end, End::Pending | End::Closed)
}

fn only_control_follows(we: &Decoded, they: &Decoded) -> bool {
    let control = |it: &Message| matches!(it, Message::Ping(_) | Message::Pong(_) | Message::Close(_));
    we.messages.strip_prefix(&they.messages[..]).is_some_and(|rest| rest.iter().all(control))
}

/// Returns whether we have refused the invalid text, or have still to check it.
fn text_is_pending(we: &Decoded, bytes: &[u8], max_message_bytes: usize) -> bool {
    match we.end {
        End::Pending => we.has_partial,
        End::Closed => {
            ends_within_a_message(&bytes[..ours(bytes, 1, max_message_bytes).given], max_message_bytes)
        }
        _ => true,
    }
}

fn closes_with_bad_gateway(we: &Decoded, they: &Decoded) -> bool {
    we.messages.strip_prefix(&they.messages[..]) == Some(&[Message::Close(Some(1014))])
}

/// Returns whether the byte at which we fail belongs to a frame whose length is in more bytes than needed.
fn fails_at_long_length(bytes: &[u8], max_message_bytes: usize) -> bool {
    let failed_at = ours(bytes, 1, max_message_bytes).given;
    let mut at = 0;
    loop {
        let Some(&[_, second, ref rest @ ..]) = bytes.get(at..) else { return false };
        let (width, min) = [(0, 0), (2, 126), (8, 1 << 16)][usize::from(second & 0x7f).saturating_sub(125)];
        let extended = rest.iter().take(width).fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
        let length = if width == 0 { usize::from(second & 0x7f) } else { extended };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let end = at.saturating_add(2 + width + mask).saturating_add(length);
        if failed_at <= end {
            return length < min;
        }
        at = end;
    }
}
