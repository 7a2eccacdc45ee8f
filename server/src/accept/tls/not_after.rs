//! Reads when a certificate expires. rustls has checked that the rest of it can be read, and shows no times.

use std::ops::Range;

use app::protocol::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Returns the end of the validity of a certificate (RFC 5280, section 4.1).
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(certificate)?;
    let (_, fields, _) = element(certificate)?;
    // The first version of certificates does not name itself.
    let fields = element(fields).filter(|(tag, ..)| *tag == VERSION).map_or(fields, |(.., rest)| rest);
    // The serial number, the algorithm and the issuer.
    let fields = (0..3).try_fold(fields, |fields, _| element(fields).map(|(.., rest)| rest))?;
    let (_, validity, _) = element(fields)?;
    let (_, _, validity) = element(validity)?;
    let (tag, time, _) = element(validity)?;
    time_of(tag, time)
}

/// Splits off the first element of DER (X.690, section 8.1). Returns its tag, its content, and the rest.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // The number of bytes of a longer length.
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Reads a time (RFC 5280, section 4.1.2.5), which is in UTC. Until 2049 it has two digits of the year.
fn time_of(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    let text = match tag {
        UTC_TIME if text < "5" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let part = |range: Range<usize>| text.get(range);
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..10)?, part(10..12)?, text.get(12..)?);
    let time = format!("{year}-{month}-{day}T{hour}:{minute}:{second}");
    let seconds = OffsetDateTime::parse(&time, &Rfc3339).ok()?.unix_timestamp();
    u64::try_from(seconds).ok().map(|seconds| Timestamp(seconds * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_both_forms_are_read() {
        let time = |tag, text: &str| time_of(tag, text.as_bytes()).map(Timestamp::to_rfc3339);
        assert_eq!(time(UTC_TIME, "491231235959Z").unwrap(), "2049-12-31T23:59:59.000Z");
        assert_eq!(time(UTC_TIME, "991231235959Z").unwrap(), "1999-12-31T23:59:59.000Z");
        assert_eq!(time(GENERALIZED_TIME, "21191208000000Z").unwrap(), "2119-12-08T00:00:00.000Z");
        for (tag, text) in [
            (UTC_TIME, ""),
            (UTC_TIME, "4912312359Z"),
            (UTC_TIME, "491331235959Z"),
            (UTC_TIME, "500101000000Z"),
            (GENERALIZED_TIME, "ü"),
            (GENERALIZED_TIME, "21191208000000"),
            (0x04, "21191208000000Z"),
        ] {
            assert_eq!(time(tag, text), None, "{tag} {text}");
        }
    }

    #[test]
    fn an_element_is_as_long_as_it_says() {
        assert_eq!(element(&[2, 1, 7, 9]), Some((2, &[7][..], &[9][..])));
        assert_eq!(element(&[2, 0x82, 0, 1, 7]), Some((2, &[7][..], &[][..])));
        for der in [
            vec![],
            vec![2],
            vec![2, 1],
            vec![2, 0x80, 0, 0],
            vec![2, 0x82, 0],
            vec![2, 0x84, 255, 255, 255, 255],
        ] {
            assert_eq!(element(&der), None, "{der:?}");
            assert_eq!(not_after(&der), None);
        }
    }
}
