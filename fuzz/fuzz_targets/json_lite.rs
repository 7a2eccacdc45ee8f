//! The page's decoder reads every frame that the server writes, and reads the same as serde.
#![no_main]

use app::{json_lite, protocol::ServerFrame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Any text is read or refused without a panic.
    let _ = json_lite::parse_frame(text);
    // serde also reads forms that the server never writes, such as an array for an object, so its own output is compared.
    let Ok(frame) = serde_json::from_str::<ServerFrame>(text) else { return };
    let written = serde_json::to_string(&frame).expect("a frame can be written");
    let expected = match frame {
        // The page never requests the list of topics, and does not know the reply.
        ServerFrame::Topics { .. } => ServerFrame::Unknown,
        frame => frame,
    };
    assert_eq!(json_lite::parse_frame(&written), Some(expected), "{written}");
});
