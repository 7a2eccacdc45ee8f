//! Generates client streams: whole messages, fragmented messages with control frames between the fragments, close frames,
//! and now and then an invalid frame. Half of the streams are then corrupted: a few bytes changed, lost or doubled, or
//! the end cut off.

use testing::Random;

const CHARACTERS: [&str; 6] = ["a", "\n", "é", "€", "😀", "\u{10ffff}"];
/// Lengths around each boundary of the encoding and of our limits.
const LENGTHS: [usize; 10] = [0, 1, 2, 124, 125, 126, 127, 299, 300, 301];
const LONG_LENGTHS: [usize; 6] = [65_534, 65_535, 65_536, 69_999, 70_000, 70_001];

pub(super) fn random_stream(random: &mut Random, max_message_bytes: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..=random.below(5) {
        match random.below(10) {
            0..4 => message(random, &mut out, max_message_bytes),
            4..7 => fragments(random, &mut out, max_message_bytes),
            7 => control(random, &mut out),
            8 => close(random, &mut out),
            _ => any_frame(random, &mut out, max_message_bytes),
        }
    }
    if random.one_in(2) {
        corrupt(random, &mut out);
    }
    out
}

fn message(random: &mut Random, out: &mut Vec<u8>, max_message_bytes: usize) {
    let opcode = random.one_of(&[1, 1, 2]);
    let payload = payload(random, opcode, max_message_bytes);
    frame(random, out, 0x80 | opcode, &payload);
}

/// Splits anywhere, also within a character.
fn fragments(random: &mut Random, out: &mut Vec<u8>, max_message_bytes: usize) {
    let opcode = random.one_of(&[1, 1, 2]);
    let whole = payload(random, opcode, max_message_bytes);
    let mut rest = &whole[..];
    let mut first = opcode;
    for _ in 0..=random.below(3) {
        let part;
        (part, rest) = rest.split_at(random.below(rest.len() + 1));
        frame(random, out, first, part);
        first = 0;
        if random.one_in(4) {
            control(random, out);
        }
    }
    frame(random, out, 0x80, rest);
}

fn control(random: &mut Random, out: &mut Vec<u8>) {
    let length = random.one_of(&[0, 1, 5, 124, 125, 125, 126]);
    let payload = noise(random, length);
    let first = random.one_of(&[0x89, 0x8a]);
    frame(random, out, first, &payload);
}

/// Codes on either side of each boundary of the registry, or random ones; reasons that are UTF-8 or not.
fn close(random: &mut Random, out: &mut Vec<u8>) {
    const CODES: [u16; 18] = [
        0, 999, 1000, 1003, 1004, 1005, 1006, 1007, 1011, 1013, 1014, 1015, 1016, 2999, 3000, 4000, 4999,
        5000,
    ];
    let code = if random.one_in(4) { random.next() as u16 } else { random.one_of(&CODES) };
    let mut payload = code.to_be_bytes().to_vec();
    match random.below(6) {
        0 => payload.truncate(random.below(2)),
        1 => payload.extend(noise(random, 3)),
        2 => payload.extend("bye, é".as_bytes()),
        _ => {}
    }
    frame(random, out, 0x88, &payload);
}

/// A random first byte: continuations without a start, messages inside others, reserved opcodes and bits.
fn any_frame(random: &mut Random, out: &mut Vec<u8>, max_message_bytes: usize) {
    let payload = payload(random, 2, max_message_bytes);
    let first = random.next() as u8;
    frame(random, out, first, &payload);
}

fn payload(random: &mut Random, opcode: u8, max_message_bytes: usize) -> Vec<u8> {
    let length = match random.below(8) {
        0 if max_message_bytes > 300 => random.one_of(&LONG_LENGTHS),
        0 => random.one_of(&LENGTHS),
        _ => random.below(40),
    };
    if opcode != 1 || random.one_in(20) {
        return noise(random, length);
    }
    let mut text = String::new();
    loop {
        let character = random.one_of(&CHARACTERS);
        if text.len() + character.len() > length {
            return text.into_bytes();
        }
        text.push_str(character);
    }
}

fn noise(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.next() as u8).collect()
}

/// Encodes a frame without `header::put`, whose bugs could hide those of the reader. Now and then the frame has no mask, or
/// a length in more bytes than needed.
fn frame(random: &mut Random, out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    let masked = if random.one_in(60) { 0 } else { 0x80 };
    let min_width = [126, 1 << 16].iter().filter(|&&from| payload.len() >= from).count();
    let width = if random.one_in(30) { random.below(3).max(min_width) } else { min_width };
    out.push(first);
    match width {
        0 => out.push(masked | payload.len() as u8),
        1 => {
            out.push(masked | 126);
            out.extend((payload.len() as u16).to_be_bytes());
        }
        _ => {
            out.push(masked | 127);
            let beyond = u64::from(random.one_in(40)) << 63;
            out.extend((payload.len() as u64 | beyond).to_be_bytes());
        }
    }
    let mask = if masked == 0 { [0; 4] } else { (random.next() as u32).to_be_bytes() };
    out.extend(&mask[..if masked == 0 { 0 } else { 4 }]);
    out.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

fn corrupt(random: &mut Random, out: &mut Vec<u8>) {
    for _ in 0..=random.below(2) {
        let at = random.below(out.len());
        match random.below(6) {
            0 => out.truncate(at),
            1 => drop(out.remove(at)),
            2 => out.insert(at, out[at]),
            3 => out[at] ^= 1 << random.below(8),
            _ => out[at] = random.next() as u8,
        }
        if out.is_empty() {
            return;
        }
    }
}
