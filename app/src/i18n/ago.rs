//! The age of an event in texts.

use super::Language;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

/// Returns the text for an age in seconds, in whole units of the largest that fits: 7,200 is "2 hours ago".
pub fn ago(language: Language, seconds: u64) -> String {
    let texts = language.ago();
    let (unit, plural) = match seconds {
        s if s < MINUTE => return texts.now.to_owned(),
        s if s < HOUR => (MINUTE, &texts.minutes),
        s if s < DAY => (HOUR, &texts.hours),
        s if s < MONTH => (DAY, &texts.days),
        s if s < YEAR => (MONTH, &texts.months),
        _ => (YEAR, &texts.years),
    };
    plural.format(language, seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::{super::Language::*, ago};

    #[test]
    fn an_age_is_given_in_its_largest_unit() {
        for (seconds, words) in [
            (0, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (7_200, "2 hours ago"),
            (86_400, "1 day ago"),
            (30 * 86_400, "1 month ago"),
            (364 * 86_400, "12 months ago"),
            (800 * 86_400, "2 years ago"),
        ] {
            assert_eq!(ago(En, seconds), words);
        }
        assert_eq!(ago(De, 3 * 86_400), "vor 3 Tagen");
        assert_eq!(ago(Ar, 3 * 86_400), "قبل 3 أيام");
        assert_eq!(ago(Ar, 2 * 3_600), "قبل ساعتين");
    }
}
