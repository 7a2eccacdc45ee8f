//! How long ago something was.

use super::{Counted, Language, texts};

texts! {
    /// What is said of the time that has passed.
    Ago, ago {
        now: &'static str = "just now", "gerade eben", "الآن";
        minutes: Counted = Counted::two_forms("1 minute ago", "{} minutes ago"),
            Counted::two_forms("vor 1 Minute", "vor {} Minuten"),
            Counted {
                zero: "الآن", one: "قبل دقيقة", two: "قبل دقيقتين",
                few: "قبل {} دقائق", many: "قبل {} دقيقة", other: "قبل {} دقيقة",
            };
        hours: Counted = Counted::two_forms("1 hour ago", "{} hours ago"),
            Counted::two_forms("vor 1 Stunde", "vor {} Stunden"),
            Counted {
                zero: "الآن", one: "قبل ساعة", two: "قبل ساعتين",
                few: "قبل {} ساعات", many: "قبل {} ساعة", other: "قبل {} ساعة",
            };
        days: Counted = Counted::two_forms("1 day ago", "{} days ago"),
            Counted::two_forms("vor 1 Tag", "vor {} Tagen"),
            Counted {
                zero: "اليوم", one: "قبل يوم", two: "قبل يومين",
                few: "قبل {} أيام", many: "قبل {} يومًا", other: "قبل {} يوم",
            };
        months: Counted = Counted::two_forms("1 month ago", "{} months ago"),
            Counted::two_forms("vor 1 Monat", "vor {} Monaten"),
            Counted {
                zero: "هذا الشهر", one: "قبل شهر", two: "قبل شهرين",
                few: "قبل {} أشهر", many: "قبل {} شهرًا", other: "قبل {} شهر",
            };
        years: Counted = Counted::two_forms("1 year ago", "{} years ago"),
            Counted::two_forms("vor 1 Jahr", "vor {} Jahren"),
            Counted {
                zero: "هذه السنة", one: "قبل سنة", two: "قبل سنتين",
                few: "قبل {} سنوات", many: "قبل {} سنة", other: "قبل {} سنة",
            };
    }
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const MONTH: u64 = 30 * DAY;
const YEAR: u64 = 365 * DAY;

/// So many seconds ago, in the largest unit that has passed whole.
pub fn ago(language: Language, seconds: u64) -> String {
    let words = language.ago();
    let (unit, counted) = match seconds {
        s if s < MINUTE => return words.now.to_owned(),
        s if s < HOUR => (MINUTE, &words.minutes),
        s if s < DAY => (HOUR, &words.hours),
        s if s < MONTH => (DAY, &words.days),
        s if s < YEAR => (MONTH, &words.months),
        _ => (YEAR, &words.years),
    };
    counted.say(language, seconds / unit)
}

#[cfg(test)]
mod tests {
    use super::{super::Language::*, ago};

    #[test]
    fn time_is_told_in_its_largest_unit() {
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
