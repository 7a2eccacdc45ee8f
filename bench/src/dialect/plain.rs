//! The plain dialect: `NAME : TIME`, a newline, the body.

use crate::body::Stamp;

/// Any timestamp: the server replaces it with its own.
const TIME: &str = " : 2026-11-22T19:02:03.045Z\n";

pub(super) fn publish(out: &mut Vec<u8>, stamp: Stamp, body: &[u8]) {
    out.extend_from_slice(format!("p{}", stamp.publisher).as_bytes());
    out.extend_from_slice(TIME.as_bytes());
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        body::Run,
        dialect::{Dialect, Frame},
    };

    #[test]
    fn an_encoded_publish_parses_to_its_stamp() {
        let run = Run::new(7);
        let stamp = Stamp { publisher: 3, number: 14 };
        let mut out = Vec::new();
        let body = run.body(stamp, 15);
        publish(&mut out, stamp, &body);
        assert!(out.starts_with(b"p3 : 2026-11-22T19:02:03.045Z\nbench 00000007 0003"));
        assert_eq!(Dialect::Plain.parse(&run, &out), Frame::Message { seq: None, stamp, body: &body });
        out.push(b'\n');
        assert_eq!(Dialect::Plain.parse(&run, &out), Frame::Message { seq: None, stamp, body: &body });
    }

    #[test]
    fn notices_of_the_server_are_ignored() {
        for line in [" [ New person joined ]\n", "", "p1 : 2026-11-22T19:02:03.045Z\nof an earlier run"] {
            assert_eq!(Dialect::Plain.parse(&Run::new(7), line.as_bytes()), Frame::Other);
        }
    }
}
