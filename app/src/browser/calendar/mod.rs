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

use crate::protocol::{QueryFilter, SearchDay, Timestamp, split_query};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Days since 1970-01-01 in UTC.
pub(crate) fn utc_day(at: Timestamp) -> i64 {
    (at.0 / DAY_MS) as i64
}

/// For each `before:` and `after:` date of a search query, in order: the reader's offset on that date in minutes east
/// of UTC, so that the server knows where their day begins. An invalid date counts as 1970-01-01 to keep the order.
pub(crate) fn utc_offsets(query: &str) -> Vec<i16> {
    let days = days(query).map(|day| day.unwrap_or(FIRST_DAY));
    days.filter_map(utc_offset_on).collect()
}

const FIRST_DAY: SearchDay = SearchDay { year: 1970, month: 1, day: 1 };

fn days(query: &str) -> impl Iterator<Item = Option<SearchDay>> {
    let is_day = |filter| matches!(filter, Some(QueryFilter::Before | QueryFilter::After));
    split_query(query)
        .into_iter()
        .filter(move |part| is_day(part.filter))
        .map(|part| SearchDay::parse(part.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_a_search_query_are_found_in_order() {
        let found = |query| days(query).collect::<Vec<_>>();
        let first = Some(SearchDay { year: 2026, month: 10, day: 1 });
        let second = Some(SearchDay { year: 2026, month: 11, day: 2 });
        assert_eq!(found("tea after:2026-10-01 BEFORE:2026-11-02 from:ann"), [first, second]);
        assert_eq!(found("after: before:x after:2026-11-2"), [None, second]);
        assert_eq!(found("see:2026-10-01 after"), []);
        assert_eq!(
            found("\"due before:2026-10-01\" after:\"2026-11-02\""),
            [second],
            "as the server reads it"
        );
        assert_eq!(found("tea“x”before:٢٠٢٦-١٠-٠١"), [first]);
        assert_eq!(utc_offsets("tea after:2026-10-01"), [0; 0], "the server does not know the time zone");
    }
}
