//! Formats the selected text of a field with Markdown's marks.

#[cfg(feature = "hydrate")]
mod browser;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{append_to_composer, toggle};

/// Never called on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn toggle(_field: &leptos::web_sys::HtmlTextAreaElement, _format: Format) {}

/// Never called on the server.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn append_to_composer(_text: &str) {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Bold,
    Italic,
    Code,
}

/// The replacement of a selection.
#[cfg(any(feature = "hydrate", test))]
#[derive(Debug, PartialEq, Eq)]
struct Replacement {
    /// The part of the text that is replaced, in UTF-16 code units.
    from: usize,
    to: usize,
    with: String,
    /// The text to select then, in UTF-16 code units.
    selected: (usize, usize),
}

#[cfg(any(feature = "hydrate", test))]
impl Format {
    fn mark(self) -> &'static str {
        match self {
            Self::Bold => "**",
            Self::Italic => "_",
            Self::Code => "`",
        }
    }

    /// Puts the marks around the selection, or removes those that are around it. Spaces at its ends stay outside: marks
    /// beside a space format nothing.
    fn toggled(self, text: &[u16], start: usize, end: usize) -> Replacement {
        let mark: Vec<u16> = self.mark().encode_utf16().collect();
        let is_space = |unit: &u16| char::from_u32(u32::from(*unit)).is_some_and(char::is_whitespace);
        let selected = &text[start..end];
        let inner = selected.iter().position(|unit| !is_space(unit)).map_or(start..end, |first| {
            let after = selected.iter().rev().take_while(|unit| is_space(unit)).count();
            start + first..end - after
        });
        let mut start = inner.start;
        let mut end = inner.end;
        let width = mark.len();
        // The marks may be selected, too.
        let selected = &text[inner];
        if selected.len() >= 2 * width && selected.starts_with(&mark) && selected.ends_with(&mark) {
            (start, end) = (start + width, end - width);
        }
        let inner = String::from_utf16_lossy(&text[start..end]);
        let is_marked = text[..start].ends_with(&mark) && text[end..].starts_with(&mark);
        if is_marked {
            let selected = (start - width, end - width);
            return Replacement { from: start - width, to: end + width, with: inner, selected };
        }
        let with = format!("{0}{inner}{0}", self.mark());
        Replacement { from: start, to: end, with, selected: (start + width, end + width) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats the part of a text between `[` and `]`, and shows the result in the same way.
    fn format(format: Format, text: &str) -> String {
        let units: Vec<u16> = text.replace(['[', ']'], "").encode_utf16().collect();
        let index = |sign: char, other: &str| text.replace(other, "").find(sign).unwrap();
        let units_before =
            |bytes: usize, other: &str| text.replace(other, "")[..bytes].encode_utf16().count();
        let start = units_before(index('[', "]"), "]");
        let end = units_before(index(']', "["), "[");
        let Replacement { from, to, with, selected } = format.toggled(&units, start, end);
        let mut result = [&units[..from], &with.encode_utf16().collect::<Vec<_>>(), &units[to..]].concat();
        result.insert(selected.1, u16::from(b']'));
        result.insert(selected.0, u16::from(b'['));
        String::from_utf16(&result).unwrap()
    }

    #[test]
    fn marks_are_put_around_the_selection_and_removed_again() {
        for (before, after) in [
            ("make it [bold] now", "make it **[bold]** now"),
            ("[]", "**[]**"),
            ("🌸 [🌸]", "🌸 **[🌸]**"),
            ("one [ two ] three", "one  **[two]**  three"),
        ] {
            assert_eq!(format(Format::Bold, before), after);
        }
        assert_eq!(format(Format::Bold, "make it **[bold]** now"), "make it [bold] now");
        assert_eq!(format(Format::Bold, "make it [**bold**] now"), "make it [bold] now");
        assert_eq!(format(Format::Italic, "[word]"), "_[word]_");
        assert_eq!(format(Format::Code, "`[word]`"), "[word]");
    }
}
