//! What a client sends: whole messages, messages in parts with control frames between them, goodbyes, now and then a frame
//! that nobody may send; then, half of the time, a few bytes are changed, lost or doubled, or the end is missing.

use testing::Random;

const LETTERS: [&str; 6] = ["a", "\n", "é", "€", "😀", "\u{10ffff}"];
/// Around every border that a length, a limit of ours or the RFC has.
const LENGTHS: [usize; 10] = [0, 1, 2, 124, 125, 126, 127, 299, 300, 301];
const LONG_LENGTHS: [usize; 6] = [65_534, 65_535, 65_536, 69_999, 70_000, 70_001];

pub(super) fn random_stream(random: &mut Random, most: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..=random.below(5) {
        match random.below(10) {
            0..4 => message(random, &mut out, most),
            4..7 => parts(random, &mut out, most),
            7 => control(random, &mut out),
            8 => goodbye(random, &mut out),
            _ => wild(random, &mut out, most),
        }
    }
    if random.one_in(2) {
        spoil(random, &mut out);
    }
    out
}

fn message(random: &mut Random, out: &mut Vec<u8>, most: usize) {
    let opcode = random.one_of(&[1, 1, 2]);
    let payload = payload(random, opcode, most);
    frame(random, out, 0x80 | opcode, &payload);
}

/// A letter may lie on both sides of a border.
fn parts(random: &mut Random, out: &mut Vec<u8>, most: usize) {
    let opcode = random.one_of(&[1, 1, 2]);
    let whole = payload(random, opcode, most);
    let (mut rest, mut first) = (&whole[..], opcode);
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

/// Codes on either side of every border of the registry's, or any; reasons that are text, or not.
fn goodbye(random: &mut Random, out: &mut Vec<u8>) {
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

/// Any first byte: parts of nothing, messages inside others, opcodes of nobody's, bits of extensions.
fn wild(random: &mut Random, out: &mut Vec<u8>, most: usize) {
    let payload = payload(random, 2, most);
    let first = random.next() as u8;
    frame(random, out, first, &payload);
}

fn payload(random: &mut Random, opcode: u8, most: usize) -> Vec<u8> {
    let length = match random.below(8) {
        0 if most > 300 => random.one_of(&LONG_LENGTHS),
        0 => random.one_of(&LENGTHS),
        _ => random.below(40),
    };
    if opcode != 1 || random.one_in(20) {
        return noise(random, length);
    }
    let mut text = String::new();
    loop {
        let letter = random.one_of(&LETTERS);
        if text.len() + letter.len() > length {
            return text.into_bytes();
        }
        text.push_str(letter);
    }
}

fn noise(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.next() as u8).collect()
}

/// Made here once more, so that no fault of `header::put` hides one of the reader's. Now and then it has no mask, or tells
/// its length in too many bytes.
fn frame(random: &mut Random, out: &mut Vec<u8>, first: u8, payload: &[u8]) {
    let masked = if random.one_in(60) { 0 } else { 0x80 };
    let least = [126, 1 << 16].iter().filter(|&&from| payload.len() >= from).count();
    let wide = if random.one_in(30) { random.below(3).max(least) } else { least };
    out.push(first);
    match wide {
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

fn spoil(random: &mut Random, out: &mut Vec<u8>) {
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
