//! The body of a message: 128 bytes that say of which run, publisher and number it is, and when it was due.
//!
//! ```text
//! bench 1f2e3d4c 0007 00001234 000012345678 the quick brown fox …
//! ```
//!
//! Ordinary words without marks, so that a server which reads Markdown has nothing to add.

/// Bytes a body.
pub const LENGTH: usize = 128;

const HEAD: usize = 42;
const PUBLISHER: usize = 15;
const NUMBER: usize = 20;
const DUE: usize = 29;
const WORDS: &[u8; LENGTH - HEAD] =
    b"the quick brown fox jumps over the lazy dog while five boxing wizards jump quickly now";

/// Numbers from here on are those of probes, which ask whether a receiver hears anything yet.
pub const PROBES: u32 = 99_000_000;

/// One run of one generator, by the beginning of its messages.
#[derive(Debug, Clone, Copy)]
pub struct Run([u8; PUBLISHER]);

/// What a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Who said it.
    pub publisher: u32,
    /// Which of the publisher's messages it is, from 0.
    pub number: u32,
}

impl Run {
    /// A run by its number.
    pub fn new(id: u32) -> Self {
        let mut prefix = [0; PUBLISHER];
        prefix.copy_from_slice(format!("bench {id:08x} ").as_bytes());
        Self(prefix)
    }

    /// A message that is due `due` microseconds after the run's beginning.
    pub fn body(&self, stamp: Stamp, due: u64) -> [u8; LENGTH] {
        let mut body = [b' '; LENGTH];
        body[..PUBLISHER].copy_from_slice(&self.0);
        digits(&mut body[PUBLISHER..NUMBER - 1], u64::from(stamp.publisher));
        digits(&mut body[NUMBER..DUE - 1], u64::from(stamp.number));
        digits(&mut body[DUE..HEAD - 1], due);
        body[HEAD..].copy_from_slice(WORDS);
        body
    }

    /// What stands in `body`; none when it is not of this run, or not whole.
    #[inline]
    pub fn read(&self, body: &[u8]) -> Option<Stamp> {
        let body: &[u8; LENGTH] = body.try_into().ok()?;
        if body[..PUBLISHER] != self.0 || body[HEAD..] != *WORDS {
            return None;
        }
        let publisher = u32::from(body[15] & 15) * 1000
            + u32::from(body[16] & 15) * 100
            + u32::from(body[17] & 15) * 10
            + u32::from(body[18] & 15);
        let number = eight(body[NUMBER..].first_chunk()?);
        Some(Stamp { publisher, number })
    }

    /// The bytes that all bodies of this run begin with.
    pub fn prefix(&self) -> &[u8] {
        &self.0
    }
}

/// When a body was due, in microseconds after its run's beginning.
pub fn due(body: &[u8]) -> Option<u64> {
    std::str::from_utf8(body.get(DUE..HEAD - 1)?).ok()?.parse().ok()
}

/// Writes a number with leading zeros.
fn digits(out: &mut [u8], mut number: u64) {
    for place in out.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Eight digits in three multiplications: pairs, fours, all.
#[inline]
fn eight(text: &[u8; 8]) -> u32 {
    let digits = u64::from_le_bytes(*text) & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (digits.wrapping_mul((10 << 8) + 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul((10_000 << 32) + 1) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let run = Run::new(0x1f2e_3d4c);
        for (publisher, number, at) in
            [(0, 0, 0), (7, 1_234, 12_345_678), (9_999, 99_999_999, 999_999_999_999)]
        {
            let stamp = Stamp { publisher, number };
            let body = run.body(stamp, at);
            assert_eq!(run.read(&body), Some(stamp));
            assert_eq!(due(&body), Some(at));
        }
    }

    #[test]
    fn another_run_and_a_damaged_body_are_not_read() {
        let run = Run::new(1);
        let mut body = run.body(Stamp { publisher: 3, number: 5 }, 8);
        assert_eq!(Run::new(2).read(&body), None);
        assert_eq!(run.read(&body[..LENGTH - 1]), None);
        body[LENGTH - 1] = b'!';
        assert_eq!(run.read(&body), None);
    }
}
