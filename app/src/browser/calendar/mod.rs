//! Dates and times in the reader's time zone. The server renders UTC; the browser replaces it with local time.

#[cfg(feature = "hydrate")]
mod browser;
mod clock;
#[cfg(feature = "hydrate")]
mod format;
#[cfg(not(feature = "hydrate"))]
mod ssr;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{day_name, full_time, local_day, now, short_time, utc_offset_on};
pub(crate) use clock::DayClock;
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{day_name, full_time, local_day, now, short_time, utc_offset_on};

use crate::protocol::Timestamp;

/// A date as typed in a search query: year, month (from 1), day.
pub(crate) type DateInput = [u32; 3];

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Days since 1970-01-01 in UTC.
pub(crate) fn utc_day(at: Timestamp) -> i64 {
    (at.0 / DAY_MS) as i64
}

/// For each `before:` and `after:` date of a search query, in order: the reader's offset on that date in minutes east
/// of UTC, so that the server knows where their day begins. An invalid date counts as 1970-01-01 to keep the order.
pub(crate) fn utc_offsets(query: &str) -> Vec<i16> {
    dates(query).filter_map(|date| utc_offset_on(date.unwrap_or([1970, 1, 1]))).collect()
}

fn dates(query: &str) -> impl Iterator<Item = Option<DateInput>> {
    let words = query.split_whitespace().filter_map(|word| word.split_once(':'));
    let of_day = |key: &str| key.eq_ignore_ascii_case("before") || key.eq_ignore_ascii_case("after");
    words.filter(move |(key, day)| of_day(key) && !day.is_empty()).map(|(_, day)| parse_date(day))
}

fn parse_date(day: &str) -> Option<DateInput> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_a_search_query_are_found_in_order() {
        let found = |query| dates(query).collect::<Vec<_>>();
        let first = Some([2026, 10, 1]);
        let second = Some([2026, 11, 2]);
        assert_eq!(found("tea after:2026-10-01 BEFORE:2026-11-02 from:ann"), [first, second]);
        assert_eq!(found("after: before:x after:2026-11-2"), [None, second]);
        assert_eq!(found("see:2026-10-01 after"), []);
        assert_eq!(utc_offsets("tea after:2026-10-01"), [0; 0], "the server does not know the time zone");
    }
}
