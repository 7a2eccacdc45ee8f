//! Encoded WebSocket frames in one buffer, so that all of them, or a range, are one write.

use std::ops::Range;

use bytes::Bytes;

use crate::endpoint::{EncodedFrames, put_text, text_offset};

#[derive(Debug, Default)]
pub(super) struct FrameBuffer {
    bytes: Bytes,
    texts: Vec<FrameIndex>,
}

/// The place of one text. An empty text has no frame.
#[derive(Debug, Clone, Copy)]
struct FrameIndex {
    /// The end of its frame in the buffer, and the start of the next one.
    end: usize,
    length: usize,
}

impl FrameBuffer {
    pub(super) fn all(&self) -> EncodedFrames {
        self.bytes.clone().into()
    }

    /// Replaces the buffer by an equal one.
    pub(super) fn map(self, map: impl FnOnce(Bytes) -> Bytes) -> Self {
        Self { bytes: map(self.bytes), ..self }
    }

    /// Returns the frames of a range of texts.
    pub(super) fn range(&self, texts: Range<usize>) -> EncodedFrames {
        self.bytes.slice(self.start_of(texts.start)..self.start_of(texts.end)).into()
    }

    /// Returns the text at `index`; empty if there is none.
    pub(super) fn text(&self, index: usize) -> &str {
        let Some(&FrameIndex { end, length }) = self.texts.get(index) else { return "" };
        let text = self.bytes.get(end - length..end).unwrap_or_default();
        // The buffer was filled from strings, so the check cannot fail.
        std::str::from_utf8(text).unwrap_or_default()
    }

    fn start_of(&self, index: usize) -> usize {
        index.checked_sub(1).and_then(|before| self.texts.get(before)).map_or(0, |text| text.end)
    }
}

impl FromIterator<Option<String>> for FrameBuffer {
    fn from_iter<T: IntoIterator<Item = Option<String>>>(texts: T) -> Self {
        let mut bytes = Vec::new();
        let mut frames = Vec::new();
        for text in texts.into_iter().map(Option::unwrap_or_default) {
            if !text.is_empty() {
                bytes.reserve(text_offset(text.len()) + text.len());
                put_text(&mut bytes, &text);
            }
            frames.push(FrameIndex { end: bytes.len(), length: text.len() });
        }
        Self { bytes: bytes.into(), texts: frames }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_frames_a_range_of_them_and_single_texts_are_found() {
        let long = "x".repeat(200);
        let texts = [Some("one"), None, Some(&*long), Some("four")].map(|text| text.map(str::to_owned));
        let encoded: FrameBuffer = texts.into_iter().collect();
        let frames = |texts: &[&str]| {
            let mut bytes = Vec::new();
            texts.iter().for_each(|text| put_text(&mut bytes, text));
            EncodedFrames::from(bytes)
        };
        assert_eq!(encoded.all(), frames(&["one", &long, "four"]));
        assert_eq!(encoded.range(0..2), frames(&["one"]));
        assert_eq!(encoded.range(1..3), frames(&[&long]));
        assert!(encoded.range(1..2).is_empty() && FrameBuffer::default().all().is_empty());
        assert_eq!([0, 1, 2, 3, 4].map(|index| encoded.text(index)), ["one", "", &long, "four", ""]);
    }
}
