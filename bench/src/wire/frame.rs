//! Parses frame headers and encodes frames.

use std::ops::Range;

/// Clients must mask their frames. A constant key is enough here: an unpredictable one protects intermediaries only.
const KEY: [u8; 4] = [0x6b, 0x1d, 0xa4, 0x57];

/// A frame's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The kind of frame.
    pub opcode: u8,
    /// The last or only one of a message, without extensions.
    pub is_whole: bool,
    /// The masking key, if the payload is masked.
    pub key: Option<[u8; 4]>,
    pub payload: Range<usize>,
}

/// Parses the header at the start of `bytes`. Returns `None` until the whole frame has arrived.
#[inline]
pub fn header(bytes: &[u8]) -> Option<Header> {
    let [first, second, ..] = *bytes else { return None };
    let (length, mut start) = match second & 0x7f {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)).ok()?, 10),
        short => (usize::from(short), 2),
    };
    let mut key = None;
    if second & 0x80 != 0 {
        key = Some(*bytes.get(start..)?.first_chunk()?);
        start += 4;
    }
    let end = start.checked_add(length)?;
    if bytes.len() < end {
        return None;
    }
    Some(Header { opcode: first & 0x0f, is_whole: first & 0xf0 == 0x80, key, payload: start..end })
}

/// Masks or unmasks a payload.
pub fn mask(payload: &mut [u8], key: [u8; 4]) {
    let mut fours = payload.chunks_exact_mut(4);
    for four in &mut fours {
        four.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
    }
    fours.into_remainder().iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
}

/// Encodes a client's frame, masked.
pub fn client(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    head(out, opcode, payload.len(), 0x80);
    out.extend_from_slice(&KEY);
    let start = out.len();
    out.extend_from_slice(payload);
    mask(&mut out[start..], KEY);
}

/// Encodes a server's frame, unmasked, so that all clients can be sent the same bytes.
pub fn server(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    head(out, opcode, payload.len(), 0);
    out.extend_from_slice(payload);
}

fn head(out: &mut Vec<u8>, opcode: u8, length: usize, masked: u8) {
    out.push(0x80 | opcode);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => out.push(masked | short),
        (_, Ok(medium)) => {
            out.push(masked | 126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::TEXT;

    const LENGTHS: [usize; 7] = [0, 1, 125, 126, 65_535, 65_536, 70_001];

    fn payload(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n % 251) as u8).collect()
    }

    #[test]
    fn what_is_written_is_read_at_every_length_of_the_length() {
        for length in LENGTHS {
            let mut bytes = Vec::new();
            server(&mut bytes, TEXT, &payload(length));
            let header = header(&bytes).unwrap();
            assert_eq!((header.opcode, header.is_whole, header.key), (TEXT, true, None));
            assert_eq!(bytes[header.payload], payload(length));
        }
    }

    #[test]
    fn a_clients_frame_is_masked_and_the_mask_comes_off() {
        for length in LENGTHS {
            let mut bytes = Vec::new();
            client(&mut bytes, TEXT, &payload(length));
            let header = header(&bytes).unwrap();
            let body = &mut bytes[header.payload];
            assert!(length == 0 || *body != payload(length));
            mask(body, header.key.unwrap());
            assert_eq!(body, payload(length));
        }
    }

    #[test]
    fn a_frame_that_is_not_all_there_is_none_yet() {
        for length in LENGTHS {
            let mut bytes = Vec::new();
            client(&mut bytes, TEXT, &payload(length));
            let ends = [0, 1, 2, 3, 5, bytes.len() - 1];
            for end in ends.into_iter().filter(|end| *end < bytes.len()) {
                assert_eq!(header(&bytes[..end]), None, "{end} of {length}");
            }
        }
    }

    #[test]
    fn the_example_of_the_standard_reads_hello() {
        let mut bytes = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        let header = header(&bytes).unwrap();
        let body = &mut bytes[header.payload];
        mask(body, header.key.unwrap());
        assert_eq!(body, b"Hello");
    }

    #[test]
    fn fragments_and_extensions_are_not_whole() {
        assert!(!header(&[0x01, 0]).unwrap().is_whole);
        assert!(!header(&[0xc1, 0]).unwrap().is_whole);
    }
}
