//! A client frame that parses is written as JSON that parses as the same frame.
#![no_main]

use app::protocol::ClientFrame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(frame) = serde_json::from_str::<ClientFrame>(text) else { return };
    let written = serde_json::to_string(&frame).expect("a frame can be written");
    let again: ClientFrame = serde_json::from_str(&written).expect("what was written can be parsed");
    assert_eq!(frame, again, "{written}");
});
