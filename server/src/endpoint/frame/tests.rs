use super::*;

/// Encodes a frame as a client does.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0xa1, 0x02, 0xf3, 0x44];
    let mut out = Vec::new();
    header::put(&mut out, Opcode::Text, payload.len());
    out[0] = first;
    out[1] |= 0x80;
    out.extend_from_slice(&MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}

/// Decodes bytes that arrive in pieces of this size.
fn read_in(pieces: usize, bytes: &[u8]) -> Result<Vec<Message>, FrameError> {
    let mut reader = FrameReader::new(100_000);
    let mut messages = Vec::new();
    for piece in bytes.chunks(pieces) {
        reader.put(piece);
        while let Some(message) = reader.next()? {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn read(frames: &[Vec<u8>]) -> Result<Vec<Message>, FrameError> {
    let bytes = frames.concat();
    let whole = read_in(bytes.len().max(1), &bytes);
    for pieces in [1, 2, 3, 7, 1_000] {
        assert_eq!(read_in(pieces, &bytes), whole, "in pieces of {pieces}");
    }
    whole
}

fn text(text: &str) -> Message {
    Message::Text(text.to_owned())
}

#[test]
fn messages_of_every_length_are_decoded_however_they_arrive() {
    for length in [0, 1, 3, 125, 126, 127, 65_535, 65_536, 70_000] {
        let payload = "x".repeat(length);
        assert_eq!(read(&[masked(0x81, payload.as_bytes())]), Ok(vec![text(&payload)]), "{length}");
    }
    assert_eq!(read(&[masked(0x82, &[0, 255])]), Ok(vec![Message::Binary(vec![0, 255].into())]));
}

#[test]
fn control_frames_within_a_fragmented_message_come_before_it() {
    let frames = [
        masked(0x01, "hé".as_bytes().split_at(2).0),
        masked(0x89, b"alive?"),
        masked(0x00, "hé".as_bytes().split_at(2).1),
        masked(0x8a, b""),
        masked(0x80, b"llo"),
        masked(0x81, b"next"),
    ];
    let ping = Message::Ping(Bytes::from_static(b"alive?"));
    let pong = Message::Pong(Bytes::new());
    assert_eq!(read(&frames), Ok(vec![ping, pong, text("héllo"), text("next")]));
}

#[test]
fn a_close_frame_has_a_code_or_none() {
    assert_eq!(read(&[masked(0x88, b"")]), Ok(vec![Message::Close(None)]));
    assert_eq!(read(&[masked(0x88, &[0x03, 0xe8])]), Ok(vec![Message::Close(Some(1000))]));
    assert_eq!(read(&[masked(0x88, b"\x0f\xa0bye")]), Ok(vec![Message::Close(Some(4000))]));
}

#[test]
fn frames_that_the_rfc_forbids_are_invalid() {
    let unmasked = vec![0x81, 0x02, b'h', b'i'];
    let long_ping = masked(0x89, &[b'x'; 126]);
    let wide = vec![0x81, 0x80 | 126, 0, 5, 0, 0, 0, 0, 1, 2, 3, 4, 5];
    let wider = [vec![0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0], vec![0; 0xffff]].concat();
    let endless = vec![0x81, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (why, frames) in [
        ("no mask", vec![unmasked]),
        ("an extension's bit", vec![masked(0xc1, b"hi")]),
        ("another extension's bit", vec![masked(0x91, b"hi")]),
        ("a reserved opcode", vec![masked(0x83, b"hi")]),
        ("a reserved control opcode", vec![masked(0x8b, b"hi")]),
        ("a fragmented ping", vec![masked(0x09, b"hi")]),
        ("a ping that is too long", vec![long_ping]),
        ("a length in too many bytes", vec![wide]),
        ("a length in far too many bytes", vec![wider]),
        ("a length beyond 63 bits", vec![endless]),
        ("a continuation without a start", vec![masked(0x80, b"hi")]),
        ("a message inside another", vec![masked(0x01, b"hi"), masked(0x81, b"hi")]),
        ("half a code", vec![masked(0x88, &[0x03])]),
        ("a code that must not be sent", vec![masked(0x88, &1005_u16.to_be_bytes())]),
        ("an unregistered code", vec![masked(0x88, &2000_u16.to_be_bytes())]),
        ("a code below 1000", vec![masked(0x88, &999_u16.to_be_bytes())]),
        ("a reason that is not UTF-8", vec![masked(0x88, b"\x03\xe8\xff")]),
        ("a text that is not UTF-8", vec![masked(0x81, &[0xff])]),
        ("half a character", vec![masked(0x81, &"é".as_bytes()[..1])]),
        ("half a character in a fragment", vec![masked(0x01, &"é".as_bytes()[..1]), masked(0x80, b"x")]),
        ("a surrogate", vec![masked(0x81, &[0xed, 0xa0, 0x80])]),
    ] {
        assert_eq!(read(&frames), Err(FrameError::Invalid), "{why}");
    }
}

#[test]
fn a_message_that_is_too_long_is_refused_by_its_header() {
    let mut reader = FrameReader::new(10);
    reader.put(&masked(0x81, &[b'x'; 11])[..6]);
    assert_eq!(reader.next(), Err(FrameError::TooLong));
    let mut reader = FrameReader::new(10);
    reader.put(
        &[masked(0x01, b"123456"), masked(0x89, b"a ping counts for nothing"), masked(0x80, b"7890")]
            .concat(),
    );
    assert!(matches!(reader.next(), Ok(Some(Message::Ping(_)))));
    assert_eq!(reader.next(), Ok(Some(text("1234567890"))));
    reader.put(&masked(0x01, b"123456"));
    assert_eq!(reader.next(), Ok(None));
    reader.put(&masked(0x80, b"78901"));
    assert_eq!(reader.next(), Err(FrameError::TooLong));
}

#[test]
fn between_messages_the_reader_holds_no_memory() {
    let mut reader = FrameReader::new(1_000);
    reader.put(&masked(0x81, &[b'x'; 900]));
    assert!(matches!(reader.next(), Ok(Some(_))));
    assert_eq!(reader.next(), Ok(None));
    assert_eq!(reader.allocated(), 0);
}

#[test]
fn encoded_frames_follow_the_rfc() {
    assert_eq!(EncodedFrames::text("Hello").into_bytes(), b"\x81\x05Hello"[..]);
    for length in [0, 125, 126, 65_535, 65_536] {
        let text = "x".repeat(length);
        let mut out = Vec::new();
        put_text(&mut out, &text);
        assert_eq!(&out[text_offset(length)..], text.as_bytes());
    }
    let mut out = Vec::new();
    put_close(&mut out, Some(4000), "drain");
    put_close(&mut out, None, "");
    assert_eq!(out, b"\x88\x07\x0f\xa0drain\x88\x00");
}

#[test]
fn random_frames_decode_the_same_in_pieces_of_any_size() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..20_000 {
        let mut bytes = Vec::new();
        for _ in 0..=random() % 4 {
            let first =
                [0x81, 0x01, 0x00, 0x80, 0x82, 0x88, 0x89, 0x8a, random() as u8][random() as usize % 9];
            let payload: Vec<u8> = (0..random() % 140).map(|_| random() as u8 & 0x7f).collect();
            bytes.extend(masked(first, &payload));
        }
        for _ in 0..random() % 3 {
            let at = random() as usize % bytes.len();
            bytes[at] = random() as u8;
        }
        let whole = read_in(bytes.len(), &bytes);
        assert_eq!(read_in(1 + random() as usize % 9, &bytes), whole);
    }
}

#[test]
fn each_fragment_is_reported_and_an_empty_one_takes_no_memory() {
    let mut reader = FrameReader::new(1_000);
    reader.put(&masked(0x01, b"begun"));
    assert!(matches!(reader.next_frame(), Ok(Some(ReceivedFrame { bytes: 11, message: None }))));
    assert_eq!(reader.next_frame(), Ok(None));
    let held = reader.allocated();
    let parts = masked(0x00, b"").repeat(10_000);
    reader.put(&parts);
    let frames = std::iter::from_fn(|| reader.next_frame().unwrap()).count();
    assert_eq!((frames, reader.allocated()), (10_000, held));
    reader.put(&masked(0x80, b""));
    assert_eq!(reader.next_frame(), Ok(Some(ReceivedFrame { bytes: 6, message: Some(text("begun")) })));
    assert_eq!((reader.next_frame(), reader.allocated()), (Ok(None), 0));
}
