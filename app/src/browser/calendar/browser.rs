//! The browser's side: local time, in the page's language.

use std::cell::Cell;

use js_sys::Date;

use super::{
    DAY_MS,
    format::{DateStyle, format},
};
use crate::protocol::{SearchDay, Timestamp};

const MINUTE_MS: f64 = 60_000.0;

/// Time zones and their changes fall on quarters of an hour of UTC, so all times of a quarter are on the same local
/// day.
const QUARTER_MS: u64 = 15 * 60 * 1_000;

thread_local! {
    /// The last quarter of an hour asked for and its local day. Neighbouring messages are mostly from the same quarter,
    /// which saves a call to `Date`.
    static LAST_DAY: Cell<(u64, i64)> = const { Cell::new((u64::MAX, 0)) };
}

/// Days since 1970-01-01 in the reader's time zone.
pub(crate) fn local_day(at: Timestamp) -> i64 {
    let quarter = at.0 / QUARTER_MS;
    let (last, day) = LAST_DAY.get();
    if quarter == last {
        return day;
    }
    let day = compute_day(at);
    LAST_DAY.set((quarter, day));
    day
}

fn compute_day(at: Timestamp) -> i64 {
    let date = Date::new(&(at.0 as f64).into());
    ((at.0 as f64 - date.get_timezone_offset() * MINUTE_MS) / DAY_MS as f64).floor() as i64
}

/// Returns `today` or `yesterday` if the day is one of them, else its date.
pub(crate) fn day_name(at: Timestamp, today: &str, yesterday: &str) -> String {
    match current_day() - local_day(at) {
        0 => today.to_owned(),
        1 => yesterday.to_owned(),
        _ => format(at, DateStyle::Day),
    }
}

/// The time alone if it is today, else with the date.
pub(crate) fn short_time(at: Timestamp) -> String {
    format(at, if local_day(at) == current_day() { DateStyle::Time } else { DateStyle::Dated })
}

/// Date and time to the second.
pub(crate) fn full_time(at: Timestamp) -> String {
    format(at, DateStyle::Full)
}

/// The current time by the browser's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(Date::now() as u64)
}

/// The minutes by which a day begins earlier for the reader than in UTC. This is the offset at the beginning of the day, except where
/// clocks go forward at midnight: such a day begins at 1:00, an hour before which the offset is still the old one.
pub(crate) fn utc_offset_on(SearchDay { year, month, day }: SearchDay) -> Option<i16> {
    let month = i32::from(month) - 1;
    let begins = Date::new_with_year_month_day(year.into(), month, day.into()).get_time();
    let begins_in_utc = Date::utc(year.into(), month.into());
    let offset = (begins_in_utc + f64::from(day - 1) * DAY_MS as f64 - begins) / MINUTE_MS;
    offset.is_finite().then_some(offset as i16)
}

fn current_day() -> i64 {
    local_day(now())
}

/// Today's day number, and the reader's offset from UTC in minutes.
pub(super) fn day_and_offset() -> (i64, i32) {
    (compute_day(now()), Date::new_0().get_timezone_offset() as i32)
}

/// Must be called when the time zone has changed.
pub(super) fn clear_day_cache() {
    LAST_DAY.set((u64::MAX, 0));
}
