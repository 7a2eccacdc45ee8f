//! Days and moments as the reader's browser knows them. The server writes UTC; the browser puts its own time in its place.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "hydrate")]
mod clock;
#[cfg(feature = "hydrate")]
mod format;
#[cfg(not(feature = "hydrate"))]
mod utc;

#[cfg(feature = "hydrate")]
pub(crate) use browser::{day, day_name, in_full, moment, now, offset_on};
#[cfg(feature = "hydrate")]
pub(crate) use clock::Clock;
#[cfg(not(feature = "hydrate"))]
pub(crate) use utc::{Clock, day, day_name, in_full, moment, now, offset_on};

use crate::protocol::Timestamp;

/// A day as it is typed: year, month from 1, day.
pub(crate) type Typed = [u32; 3];

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The number of a day in UTC.
pub(crate) fn utc_day(at: Timestamp) -> i64 {
    (at.0 / DAY_MS) as i64
}

/// Where the reader's days begin that a search names, in minutes east of UTC: one for each `before:` and `after:`, in their
/// order. A day that is none takes the place of one.
pub(crate) fn offsets(query: &str) -> Vec<i16> {
    days(query).filter_map(|day| offset_on(day.unwrap_or([1970, 1, 1]))).collect()
}

fn days(query: &str) -> impl Iterator<Item = Option<Typed>> {
    let words = query.split_whitespace().filter_map(|word| word.split_once(':'));
    let of_day = |key: &str| key.eq_ignore_ascii_case("before") || key.eq_ignore_ascii_case("after");
    words.filter(move |(key, day)| of_day(key) && !day.is_empty()).map(|(_, day)| typed(day))
}

fn typed(day: &str) -> Option<Typed> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_searchs_days_are_found_in_their_order() {
        let found = |query| days(query).collect::<Vec<_>>();
        let (first, second) = (Some([2026, 10, 1]), Some([2026, 11, 2]));
        assert_eq!(found("tea after:2026-10-01 BEFORE:2026-11-02 from:ann"), [first, second]);
        assert_eq!(found("after: before:x after:2026-11-2"), [None, second]);
        assert_eq!(found("see:2026-10-01 after"), []);
        assert_eq!(offsets("tea after:2026-10-01"), [0; 0], "the server knows no reader's days");
    }
}
