//! The browser's side: the reader's time zone, in the page's language.

use std::cell::Cell;

use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use super::DAY_MS;
use crate::{protocol::Timestamp, words::language};

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
    let date = date(at);
    ((at.0 as f64 - date.get_timezone_offset() * MINUTE_MS) / DAY_MS as f64).floor() as i64
}

/// What a day is called: one of these words, or its date.
pub(crate) fn day_name(at: Timestamp, today: &str, yesterday: &str) -> String {
    match day(Timestamp(Date::now() as u64)) - day(at) {
        0 => today.to_owned(),
        1 => yesterday.to_owned(),
        _ => {
            let parts = [("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")];
            date(at).to_locale_date_string(&locale(), &options(&parts)).into()
        }
    }
}

/// A moment: the time alone when it is today, else with the date; and in full.
pub(crate) fn moment(at: Timestamp) -> (String, String) {
    let is_today = day(at) == day(Timestamp(Date::now() as u64));
    let time = [("hour", "2-digit"), ("minute", "2-digit"), ("day", "numeric"), ("month", "short")];
    let parts = if is_today { &time[..2] } else { &time };
    let short = date(at).to_locale_string(&locale(), &options(parts));
    let long = date(at).to_locale_string(&locale(), &JsValue::UNDEFINED);
    (short.into(), long.into())
}

fn date(at: Timestamp) -> Date {
    Date::new(&(at.0 as f64).into())
}

/// The browser's own locale where it is one of the page's language: who reads English in Vienna writes dates as there.
fn locale() -> String {
    let tag = language().tag();
    let own = web_sys::window().and_then(|window| window.navigator().language());
    own.filter(|own| own.starts_with(tag)).unwrap_or_else(|| tag.to_owned())
}

fn options(parts: &[(&str, &str)]) -> JsValue {
    let options = Object::new();
    for (part, form) in parts {
        let _ = Reflect::set(&options, &(*part).into(), &(*form).into());
    }
    options.into()
}
