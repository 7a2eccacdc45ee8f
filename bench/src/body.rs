//! The body of a message: 128 bytes with the run, the publisher, the message's number and its due time.
//!
//! ```text
//! bench 1f2e3d4c 0007 00001234 000012345678 the quick brown fox …
//! ```
//!
//! It contains no Markdown syntax, so that a server that renders Markdown sends it unchanged.

/// The length of a body.
pub const BODY_BYTES: usize = 128;

const HEAD_BYTES: usize = 42;
const PUBLISHER_AT: usize = 15;
const NUMBER_AT: usize = 20;
const DUE_AT: usize = 29;
const FILLER: &[u8; BODY_BYTES - HEAD_BYTES] =
    b"the quick brown fox jumps over the lazy dog while five boxing wizards jump quickly now";

/// Numbers from here on belong to probes, which find out whether a receiver gets messages yet.
pub const FIRST_PROBE: u32 = 99_000_000;

/// Identifies one run of a generator: the bytes that its messages begin with.
#[derive(Debug, Clone, Copy)]
pub struct Run([u8; PUBLISHER_AT]);

/// The publisher and number in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The publisher's index.
    pub publisher: u32,
    /// The number of the message among the publisher's messages, from 0.
    pub number: u32,
}

impl Run {
    /// Creates a run with this id.
    pub fn new(id: u32) -> Self {
        let mut prefix = [0; PUBLISHER_AT];
        prefix.copy_from_slice(format!("bench {id:08x} ").as_bytes());
        Self(prefix)
    }

    /// Encodes a body. `due` is in microseconds since the start of the run.
    pub fn body(&self, stamp: Stamp, due: u64) -> [u8; BODY_BYTES] {
        let mut body = [b' '; BODY_BYTES];
        body[..PUBLISHER_AT].copy_from_slice(&self.0);
        write_digits(&mut body[PUBLISHER_AT..NUMBER_AT - 1], u64::from(stamp.publisher));
        write_digits(&mut body[NUMBER_AT..DUE_AT - 1], u64::from(stamp.number));
        write_digits(&mut body[DUE_AT..HEAD_BYTES - 1], due);
        body[HEAD_BYTES..].copy_from_slice(FILLER);
        body
    }

    /// Parses a body. Returns `None` if it is from another run or damaged.
    #[inline]
    pub fn parse(&self, body: &[u8]) -> Option<Stamp> {
        let body: &[u8; BODY_BYTES] = body.try_into().ok()?;
        if body[..PUBLISHER_AT] != self.0 || body[HEAD_BYTES..] != *FILLER {
            return None;
        }
        let publisher = u32::from(body[15] & 15) * 1000
            + u32::from(body[16] & 15) * 100
            + u32::from(body[17] & 15) * 10
            + u32::from(body[18] & 15);
        let number = parse_eight_digits(body[NUMBER_AT..].first_chunk()?);
        Some(Stamp { publisher, number })
    }

    /// Returns the bytes that all bodies of this run begin with.
    pub fn prefix(&self) -> &[u8] {
        &self.0
    }
}

/// Returns a body's due time in microseconds since the start of its run.
pub fn due(body: &[u8]) -> Option<u64> {
    std::str::from_utf8(body.get(DUE_AT..HEAD_BYTES - 1)?).ok()?.parse().ok()
}

/// Writes a number with leading zeros.
fn write_digits(out: &mut [u8], mut number: u64) {
    for place in out.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Parses eight digits with three multiplications: first pairs, then groups of four, then all.
#[inline]
fn parse_eight_digits(text: &[u8; 8]) -> u32 {
    let digits = u64::from_le_bytes(*text) & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (digits.wrapping_mul((10 << 8) + 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul((10_000 << 32) + 1) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoded_body_parses_to_its_stamp() {
        let run = Run::new(0x1f2e_3d4c);
        for (publisher, number, at) in
            [(0, 0, 0), (7, 1_234, 12_345_678), (9_999, 99_999_999, 999_999_999_999)]
        {
            let stamp = Stamp { publisher, number };
            let body = run.body(stamp, at);
            assert_eq!(run.parse(&body), Some(stamp));
            assert_eq!(due(&body), Some(at));
        }
    }

    #[test]
    fn a_body_of_another_run_and_a_damaged_body_are_rejected() {
        let run = Run::new(1);
        let mut body = run.body(Stamp { publisher: 3, number: 5 }, 8);
        assert_eq!(Run::new(2).parse(&body), None);
        assert_eq!(run.parse(&body[..BODY_BYTES - 1]), None);
        body[BODY_BYTES - 1] = b'!';
        assert_eq!(run.parse(&body), None);
    }
}
