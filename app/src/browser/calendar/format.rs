//! Formats times with `Intl.DateTimeFormat`. Creating a formatter takes about a hundred times as long as using it, so
//! each is created once.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    i18n::{Language, language},
    protocol::Timestamp,
};

#[derive(Clone, Copy)]
pub(super) enum DateStyle {
    /// For example `14:05`.
    Time,
    /// For example `3 May, 14:05`.
    Dated,
    /// For example `03/05/2026, 14:05:09`.
    Full,
    /// For example `Sunday 3 May 2026`.
    Day,
}

/// Cached formatters, valid for one locale and one time zone.
struct Formatters {
    locale: String,
    /// Minutes from local time to UTC. Changes with daylight saving time and on a journey.
    offset: f64,
    /// One cell for each [`DateStyle`]. Holds `None` if the browser cannot create the formatter.
    cells: [OnceCell<Option<Function>>; 4],
}

thread_local! {
    static FORMATTERS: RefCell<Option<Rc<Formatters>>> = const { RefCell::new(None) };
}

/// Formats a time in the reader's time zone. Falls back to RFC 3339 in UTC.
pub(super) fn format(at: Timestamp, style: DateStyle) -> String {
    let formatters = formatters();
    let formatter = formatters
        .cells
        .get(style as usize)
        .map(|cell| cell.get_or_init(|| create_formatter(&formatters.locale, style)));
    let formatter = formatter.and_then(Option::as_ref);
    let written =
        formatter.and_then(|formatter| formatter.call1(&JsValue::UNDEFINED, &(at.0 as f64).into()).ok());
    written.and_then(|written| written.as_string()).unwrap_or_else(|| at.to_rfc3339())
}

fn formatters() -> Rc<Formatters> {
    let locale = locale();
    let offset = Date::new_0().get_timezone_offset();
    FORMATTERS.with_borrow_mut(|formatters| match formatters {
        Some(formatters) if formatters.locale == locale && formatters.offset == offset => formatters.clone(),
        _ => formatters.insert(Rc::new(Formatters { locale, offset, cells: Default::default() })).clone(),
    })
}

fn create_formatter(locale: &str, style: DateStyle) -> Option<Function> {
    let options = Object::new();
    for (name, value) in style.options().iter().chain(&COMMON_OPTIONS) {
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    [locale, language().tag()].into_iter().find_map(|locale| formatter_for(locale, &options))
}

/// `new Intl.DateTimeFormat(locale, options).format`. The constructor throws for an unknown locale, and some browsers
/// report the operating system's name for their own one (`en-US@posix`). Calling it by reflection returns the exception
/// as an error.
fn formatter_for(locale: &str, options: &Object) -> Option<Function> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let made = Reflect::construct(&constructor, &Array::of2(&locale.into(), options)).ok()?;
    Some(made.dyn_into::<DateTimeFormat>().ok()?.format())
}

/// Always the Gregorian calendar and Latin digits, to match the page's texts and counts.
const COMMON_OPTIONS: [(&str, &str); 2] = [("calendar", "gregory"), ("numberingSystem", "latn")];

impl DateStyle {
    /// The options of `Intl.DateTimeFormat`.
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Time => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Dated => {
                &[("hour", "2-digit"), ("minute", "2-digit"), ("day", "numeric"), ("month", "short")]
            }
            Self::Full => &[
                ("year", "numeric"),
                ("month", "numeric"),
                ("day", "numeric"),
                ("hour", "numeric"),
                ("minute", "numeric"),
                ("second", "numeric"),
            ],
            Self::Day => &[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric")],
        }
    }
}

/// The browser's locale if its language is the page's: someone who reads English in Vienna writes dates as in Austria.
fn locale() -> String {
    let own = web_sys::window().and_then(|window| window.navigator().language());
    let own = own.filter(|own| Language::of_tag(own) == Some(language()));
    own.unwrap_or_else(|| language().tag().to_owned())
}
