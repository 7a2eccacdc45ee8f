//! Several texts as frames in one piece of memory, so that all of them, or some, are one write for whoever is to have them.

use std::ops::Range;

use bytes::Bytes;

use crate::endpoint::{Frames, put_text, text_begins};

/// Frames, one after the other.
#[derive(Debug, Default)]
pub(super) struct FrameBuffer {
    bytes: Bytes,
    texts: Vec<Text>,
}

/// One of the texts; an empty one has no frame.
#[derive(Debug, Clone, Copy)]
struct Text {
    /// Where its frame end, and the next one begins.
    end: usize,
    length: usize,
}

impl FrameBuffer {
    pub(super) fn all(&self) -> Frames {
        self.bytes.clone().into()
    }

    /// The same texts in other bytes that are equal.
    pub(super) fn map(self, map: impl FnOnce(Bytes) -> Bytes) -> Self {
        Self { bytes: map(self.bytes), ..self }
    }

    /// The frames of some of the texts.
    pub(super) fn range(&self, texts: Range<usize>) -> Frames {
        self.bytes.slice(self.start_of(texts.start)..self.start_of(texts.end)).into()
    }

    /// One of the texts.
    pub(super) fn text(&self, index: usize) -> &str {
        let Some(&Text { end, length }) = self.texts.get(index) else { return "" };
        let text = self.bytes.get(end - length..end).unwrap_or_default();
        // It was a text when it was put there.
        std::str::from_utf8(text).unwrap_or_default()
    }

    fn start_of(&self, index: usize) -> usize {
        index.checked_sub(1).and_then(|before| self.texts.get(before)).map_or(0, |text| text.end)
    }
}

impl FromIterator<Option<String>> for FrameBuffer {
    fn from_iter<T: IntoIterator<Item = Option<String>>>(texts: T) -> Self {
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        for text in texts.into_iter().map(Option::unwrap_or_default) {
            if !text.is_empty() {
                bytes.reserve(text_begins(text.len()) + text.len());
                put_text(&mut bytes, &text);
            }
            ends.push(Text { end: bytes.len(), length: text.len() });
        }
        Self { bytes: bytes.into(), texts: ends }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_some_and_one_of_the_texts_are_where_they_are_looked_for() {
        let long = "x".repeat(200);
        let texts = [Some("one"), None, Some(&*long), Some("four")].map(|text| text.map(str::to_owned));
        let encoded: FrameBuffer = texts.into_iter().collect();
        let frames = |texts: &[&str]| {
            let mut bytes = Vec::new();
            texts.iter().for_each(|text| put_text(&mut bytes, text));
            Frames::from(bytes)
        };
        assert_eq!(encoded.all(), frames(&["one", &long, "four"]));
        assert_eq!(encoded.range(0..2), frames(&["one"]));
        assert_eq!(encoded.range(1..3), frames(&[&long]));
        assert!(encoded.range(1..2).is_empty() && FrameBuffer::default().all().is_empty());
        assert_eq!([0, 1, 2, 3, 4].map(|index| encoded.text(index)), ["one", "", &long, "four", ""]);
    }
}
