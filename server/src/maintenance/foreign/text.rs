//! Names, titles and texts of another chat, within the limits of Chorus.

use app::protocol::{About, Body, Name, is_invisible};

use super::report::{CLEANED_NAMES, CLEANED_TITLES, Report};

/// The longest message: the default of `--body-bytes`.
pub(super) const MAX_BODY_BYTES: usize = 16_384;

/// Returns a person's name: shortened and without invisible characters, if Chorus does not take it as it is. A blank one becomes
/// `id`.
pub(super) fn person_name(text: &str, id: &str, report: &mut Report) -> Name {
    let text = if text.trim().is_empty() { id } else { text };
    Name::parse(text).unwrap_or_else(|_| {
        report.note(CLEANED_NAMES);
        Name::parse(&shortened(text, Name::MAX_CHARS)).unwrap_or_else(|_| Name::anonymous())
    })
}

/// Returns a title and a description, shortened and cleaned if they do not fit.
pub(super) fn about(title: &str, description: &str, report: &mut Report) -> About {
    About::parse(title, description).unwrap_or_else(|_| {
        report.note(CLEANED_TITLES);
        let title = shortened(title, About::TITLE_CHARS);
        let description: String = Body::clean(description).chars().take(About::DESCRIPTION_CHARS).collect();
        About::parse(&title, &description).unwrap_or_default()
    })
}

fn shortened(text: &str, max: usize) -> String {
    let is_kept = |c: &char| !c.is_control() && !is_invisible(*c) && !matches!(c, '\u{2028}' | '\u{2029}');
    text.trim().chars().filter(is_kept).take(max).collect()
}

/// Returns the messages that a text becomes: one, or several if it is longer than `max` bytes, none if nothing in it is visible.
pub(super) fn bodies(text: &str, max: usize) -> Vec<String> {
    let clean = Body::clean(text);
    let pieces = split(&clean, max).into_iter().map(|piece| Body::parse(piece.to_owned(), max));
    pieces.filter_map(Result::ok).map(Body::into_string).collect()
}

/// Cuts at line ends, else between words, else between characters.
fn split(text: &str, max: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while rest.len() > max {
        let (fitting, _) = rest.split_at(rest.floor_char_boundary(max));
        let is_late = |cut: &usize| *cut > max / 2;
        let cut = fitting.rfind('\n').filter(is_late).or_else(|| fitting.rfind(' ').filter(is_late));
        let (piece, after) = rest.split_at(cut.unwrap_or(fitting.len()));
        pieces.push(piece);
        // The separator is not part of a piece.
        rest = if cut.is_some() { after.get(1..).unwrap_or_default() } else { after };
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_fit_is_cleaned_and_counted() {
        let mut report = Report::default();
        assert_eq!(person_name("Ann", "U1", &mut report).as_str(), "Ann");
        assert_eq!(person_name(" ", "U1", &mut report).as_str(), "U1");
        assert_eq!(report.count(CLEANED_NAMES), 0);
        assert_eq!(person_name("A\u{202e}n\nn", "U1", &mut report).as_str(), "Ann");
        assert_eq!(person_name(&"é".repeat(65), "U1", &mut report).as_str(), "é".repeat(64));
        assert_eq!(report.count(CLEANED_NAMES), 2);
        let about_of = about("a\nb", &"x".repeat(1_001), &mut report);
        assert_eq!((about_of.title(), about_of.description().len()), ("ab", 1_000));
        assert_eq!(report.count(CLEANED_TITLES), 1);
    }

    #[test]
    fn a_long_text_becomes_several_messages_and_no_word_is_lost() {
        assert_eq!(bodies("one two three four", 10), ["one two", "three four"]);
        assert_eq!(bodies("fives\n  two three", 8), ["fives", "  two", "three"]);
        assert_eq!(bodies("ééééé", 4), ["éé", "éé", "é"]);
        assert_eq!(bodies("short\u{7}", 10), ["short"]);
        assert_eq!(bodies(" \u{200b}\n", 10), Vec::<String>::new());
        let long = "word ".repeat(10_000);
        let pieces = bodies(&long, MAX_BODY_BYTES);
        assert!(pieces.len() == 4 && pieces.iter().all(|piece| piece.len() <= MAX_BODY_BYTES));
        assert_eq!(pieces.iter().flat_map(|piece| piece.split_whitespace()).count(), 10_000);
    }
}
