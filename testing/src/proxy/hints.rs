//! Loses, doubles and reorders the notifications in what a server sends.

use super::{Hints, Protocol};

/// How a heartbeat of a node to itself by `NOTIFY` ends. By NATS, heartbeats are empty.
const HEARTBEAT: &[u8] = br#""signals":[]}"#;

/// The bytes of one connection, cut into messages.
pub(super) struct HintFilter {
    protocol: Protocol,
    /// The beginning of a message whose end has not arrived yet.
    incomplete: Vec<u8>,
    /// A notification that was held back.
    held: Option<Vec<u8>>,
    drops_next: bool,
}

impl HintFilter {
    pub(super) fn new(protocol: Protocol) -> Self {
        Self { protocol, incomplete: Vec::new(), held: None, drops_next: true }
    }

    /// Returns the bytes to forward after these have arrived.
    pub(super) fn filter(&mut self, bytes: &[u8], hints: Hints) -> Vec<u8> {
        if self.protocol == Protocol::Other {
            return bytes.to_vec();
        }
        self.incomplete.extend_from_slice(bytes);
        let mut forwarded = Vec::new();
        while let Some((length, is_notification)) = first_message(self.protocol, &self.incomplete) {
            let message: Vec<u8> = self.incomplete.drain(..length).collect();
            if is_notification {
                self.forward_notification(message, hints, &mut forwarded);
            } else {
                forwarded.extend(message);
            }
        }
        forwarded
    }

    fn forward_notification(&mut self, message: Vec<u8>, hints: Hints, forwarded: &mut Vec<u8>) {
        match hints {
            Hints::Lost => return,
            Hints::Dropped => {
                self.drops_next = !self.drops_next;
                if self.drops_next {
                    return;
                }
            }
            Hints::Doubled => forwarded.extend_from_slice(&message),
            Hints::Reordered if self.held.is_none() => {
                self.held = Some(message);
                return;
            }
            Hints::Delivered | Hints::Reordered => {}
        }
        forwarded.extend(message);
        forwarded.extend(self.held.take().unwrap_or_default());
    }
}

/// Returns the length of the first message and whether it is a notification and no heartbeat, or `None` if its end is missing.
fn first_message(protocol: Protocol, bytes: &[u8]) -> Option<(usize, bool)> {
    let (length, is_notification) = match protocol {
        Protocol::Postgres => {
            let length: [u8; 4] = bytes.get(1..5)?.try_into().ok()?;
            let length = u32::from_be_bytes(length) as usize + 1;
            let message = bytes.get(..length)?;
            let is_heartbeat = || message.windows(HEARTBEAT.len()).any(|part| part == HEARTBEAT);
            (length, message[0] == b'A' && !is_heartbeat())
        }
        Protocol::Nats => {
            let line = bytes.windows(2).position(|two| two == b"\r\n")?;
            let text = std::str::from_utf8(&bytes[..line]).unwrap_or_default();
            let is_message = text.starts_with("MSG ") || text.starts_with("HMSG ");
            let payload = text.rsplit(' ').next().and_then(|length| length.parse().ok()).unwrap_or(0);
            (line + 2 + if is_message { payload + 2 } else { 0 }, is_message && payload > 0)
        }
        Protocol::Other => (bytes.len(), false),
    };
    (0 < length && length <= bytes.len()).then_some((length, is_notification))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbeats_arrive_while_all_hints_are_lost() {
        let notification = |payload: &str| {
            let length = u32::try_from(4 + payload.len()).unwrap();
            [b"A".as_slice(), &length.to_be_bytes(), payload.as_bytes()].concat()
        };
        let mut filter = HintFilter::new(Protocol::Postgres);
        let heartbeat = notification(r#"{"from":"a","signals":[]}"#);
        let hint = notification(r#"{"from":"a","signals":[{"head":{"topic":"lobby","seq":7}}]}"#);
        let (begin, end) = heartbeat.split_at(20);
        assert_eq!(filter.filter(&[&hint, begin].concat(), Hints::Lost), b"");
        assert_eq!(filter.filter(&[end, &hint].concat(), Hints::Lost), heartbeat);
        let mut filter = HintFilter::new(Protocol::Nats);
        let heartbeat = b"MSG chorus.a.b-1 1 0\r\n\r\n";
        assert_eq!(filter.filter(b"MSG chorus.a.b 1 2\r\n{}\r\n", Hints::Lost), b"");
        assert_eq!(filter.filter(heartbeat, Hints::Lost), heartbeat);
    }
}
