//! Days of `before:` and `after:`.

use crate::protocol::{digit::ascii_digit, invisible::is_invisible};

/// A day as it was typed in a search query: digits of any script, and with a month that exists. The day of the month need not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchDay {
    /// From 1970 to 9999.
    pub year: u16,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
}

/// The most digits of the year, the month and the day.
const MAX_DIGITS: [usize; 3] = [4, 2, 2];

impl SearchDay {
    /// Parses a day such as `2026-01-31`. Leading zeros may be left out; direction marks have no meaning, and typographic and full-width
    /// dashes and digits mean the usual ones. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|&c| !is_invisible(c)).map(usual).collect();
        let mut parts = text.split('-').zip(MAX_DIGITS).map(number);
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let is_day = text.matches('-').count() == 2
            && (1970..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day);
        is_day.then_some(Self { year, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? })
    }
}

/// Reads digits only: the standard library's parser would also take a sign.
fn number((digits, max): (&str, usize)) -> Option<u16> {
    let is_number = digits.len() <= max && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn usual(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{ff0d}' => '-',
        other => ascii_digit(other).unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_of_a_day_is_parsed_or_refused() {
        for row in include_str!("../../../tests/cases/days.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let text: String = serde_json::from_str(input).unwrap();
            let day = SearchDay::parse(&text);
            let found = day.map(|SearchDay { year, month, day }| format!("{year}-{month:02}-{day:02}"));
            // The page does not know how long months are; the server refuses the rest.
            let right = right.strip_prefix("refused by the server: ").unwrap_or(right);
            assert_eq!(found.as_deref().unwrap_or("refused"), right, "{input}");
        }
    }
}
