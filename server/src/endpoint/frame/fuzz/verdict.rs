//! Whether both readers agree, and the ways in which they may not.

use super::{
    super::Message,
    readers::{End, Told, is_amid_a_message, ours, theirs},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Both told the same, and nothing is wrong.
    Accepted,
    /// Both told the same, and then refused.
    Refused,
    /// We refuse a frame by its header, tungstenite once more of it is there. The RFC asks for no moment; section 10.4 asks
    /// for limits, which are of little use after the bytes have been taken in.
    Sooner,
    /// We look at a text when it is whole, tungstenite at each part. Section 8.1 asks for no moment either; until then only
    /// control frames, which may stand between the parts (section 5.4), are told.
    Later,
    /// We refuse a length that is told in more bytes than it needs: section 5.2, "the minimal number of bytes MUST be used".
    MinimalLength,
    /// We take the close code 1014, which IANA has registered since as section 7.4.2 lets it; tungstenite does not know it.
    BadGateway,
}

impl Verdict {
    pub(super) const ALL: [Self; 6] =
        [Self::Accepted, Self::Refused, Self::Sooner, Self::Later, Self::MinimalLength, Self::BadGateway];
}

/// Err: in which way we are wrong, or they.
pub(super) fn judge(bytes: &[u8], pieces: usize, most: usize) -> Result<Verdict, String> {
    let (we, they) = (ours(bytes, pieces, most), theirs(bytes, most));
    let same = we.messages == they.messages;
    match (we.end, they.end) {
        (End::Waits, End::Waits) | (End::Closed, End::Closed) if same => Ok(Verdict::Accepted),
        (End::Refused, End::Refused | End::RefusedText | End::RefusedCode) if same => Ok(Verdict::Refused),
        (End::Refused, End::Waits) if same && refused_at_last(bytes, most, &they) => Ok(Verdict::Sooner),
        (End::Refused, _) if they.messages.starts_with(&we.messages) && told_too_wide(bytes, most) => {
            Ok(Verdict::MinimalLength)
        }
        (_, End::RefusedText) if only_control_follows(&we, &they) && text_is_pending(&we, bytes, most) => {
            Ok(Verdict::Later)
        }
        (End::Closed, End::RefusedCode) if says_bad_gateway(&we, &they) => Ok(Verdict::BadGateway),
        _ => Err(format!("\nwe: {we:?}\nthey: {they:?}")),
    }
}

/// Whether they refuse the frame that has begun, however it goes on. What is put behind it is pongs wherever a frame ends
/// (0x8a is a pong's first byte, and as its second a mask and ten bytes), so if they take the frame, they tell something.
fn refused_at_last(bytes: &[u8], most: usize, they: &Told) -> bool {
    let more = theirs(&[bytes, &vec![0x8a; most + 100]].concat(), most);
    more.messages == they.messages && !matches!(more.end, End::Waits | End::Closed)
}

fn only_control_follows(we: &Told, they: &Told) -> bool {
    let control = |it: &Message| matches!(it, Message::Ping(_) | Message::Pong(_) | Message::Close(_));
    we.messages.strip_prefix(&they.messages[..]).is_some_and(|rest| rest.iter().all(control))
}

/// Whether what was wrong was refused, or will be looked at.
fn text_is_pending(we: &Told, bytes: &[u8], most: usize) -> bool {
    match we.end {
        End::Waits => we.holds,
        End::Closed => is_amid_a_message(&bytes[..ours(bytes, 1, most).came], most),
        _ => true,
    }
}

fn says_bad_gateway(we: &Told, they: &Told) -> bool {
    we.messages.strip_prefix(&they.messages[..]) == Some(&[Message::Close(Some(1014))])
}

/// Whether the frame with the very byte that we refuse tells its length in too many bytes.
fn told_too_wide(bytes: &[u8], most: usize) -> bool {
    let wrong = ours(bytes, 1, most).came;
    let mut at = 0;
    loop {
        let Some(&[_, second, ref rest @ ..]) = bytes.get(at..) else { return false };
        let (wide, least) = [(0, 0), (2, 126), (8, 1 << 16)][usize::from(second & 0x7f).saturating_sub(125)];
        let told = rest.iter().take(wide).fold(0_usize, |told, byte| told << 8 | usize::from(*byte));
        let length = if wide == 0 { usize::from(second & 0x7f) } else { told };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let end = at.saturating_add(2 + wide + mask).saturating_add(length);
        if wrong <= end {
            return length < least;
        }
        at = end;
    }
}
