//! The page's decoder reads every server frame that serde reads, and reads the same.
#![no_main]

use app::{json_lite, protocol::ServerFrame};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // Text that serde refuses must not panic either.
    let read_by_page = json_lite::parse_frame(text);
    if let Ok(frame) = serde_json::from_str::<ServerFrame>(text) {
        assert_eq!(read_by_page, Some(frame), "{text}");
    }
});
