//! The browser's side: the reader's time zone, in the page's language.

use std::cell::Cell;

use js_sys::Date;

use super::{
    DAY_MS, Typed,
    format::{Form, format},
};
use crate::protocol::Timestamp;

const MINUTE_MS: f64 = 60_000.0;

/// Clocks are set, and days begin, on quarters of an hour of UTC.
const QUARTER_MS: u64 = 15 * 60 * 1_000;

thread_local! {
    /// A quarter of an hour, and the number of its day: what is asked next was most often said about then.
    static LAST: Cell<(u64, i64)> = const { Cell::new((u64::MAX, 0)) };
}

/// The number of the day where the reader is; the next day has the next number.
pub(crate) fn day(at: Timestamp) -> i64 {
    let quarter = at.0 / QUARTER_MS;
    let (last, day) = LAST.get();
    if quarter == last {
        return day;
    }
    let day = asked_day(at);
    LAST.set((quarter, day));
    day
}

fn asked_day(at: Timestamp) -> i64 {
    let date = Date::new(&(at.0 as f64).into());
    ((at.0 as f64 - date.get_timezone_offset() * MINUTE_MS) / DAY_MS as f64).floor() as i64
}

/// What a day is called: one of these words, or its date.
pub(crate) fn day_name(at: Timestamp, today: &str, yesterday: &str) -> String {
    match this_day() - day(at) {
        0 => today.to_owned(),
        1 => yesterday.to_owned(),
        _ => format(at, Form::Day),
    }
}

/// A moment: the time alone when it is today, else with the date.
pub(crate) fn moment(at: Timestamp) -> String {
    format(at, if day(at) == this_day() { Form::Time } else { Form::Dated })
}

/// A moment with all that is known of it.
pub(crate) fn in_full(at: Timestamp) -> String {
    format(at, Form::Full)
}

/// The present moment, by the browser's clock.
pub(crate) fn now() -> Timestamp {
    Timestamp(Date::now() as u64)
}

/// Where a day begins for the reader, in minutes east of UTC.
pub(crate) fn offset_on([year, month, day]: Typed) -> Option<i16> {
    let midnight = Date::new_with_year_month_day(year, month as i32 - 1, day as i32);
    // Not a number for a date that is none.
    let offset = -midnight.get_timezone_offset();
    offset.is_finite().then_some(offset as i16)
}

fn this_day() -> i64 {
    day(now())
}

/// The day it is, and the reader's offset from UTC in minutes.
pub(super) fn present() -> (i64, i32) {
    (asked_day(now()), Date::new_0().get_timezone_offset() as i32)
}

/// The reader may be in another time zone.
pub(super) fn forget_days() {
    LAST.set((u64::MAX, 0));
}
