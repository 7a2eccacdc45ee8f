//! How the browser writes a moment. It takes its time to learn a form, some hundred times as long as to write in it, so each is
//! learnt once.

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

/// How a moment is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// The time alone.
    Time,
    /// Day and time.
    Dated,
    /// Day and time, to the second.
    Full,
    /// The day alone, by its name.
    Day,
}

/// What has been learnt, for as long as it holds.
struct Forms {
    locale: String,
    /// Of the reader's clock to UTC, in minutes: it changes in spring and autumn, and on a journey.
    offset: f64,
    /// `None` where the browser has no such form.
    learnt: [OnceCell<Option<Function>>; 4],
}

thread_local! {
    static FORMS: RefCell<Option<Rc<Forms>>> = const { RefCell::new(None) };
}

/// A moment in the reader's time zone.
pub(super) fn format(at: Timestamp, form: Form) -> String {
    let forms = forms();
    let learnt = forms.learnt.get(form as usize).map(|cell| cell.get_or_init(|| learn(&forms.locale, form)));
    let learnt = learnt.and_then(Option::as_ref);
    let written = learnt.and_then(|learnt| learnt.call1(&JsValue::UNDEFINED, &(at.0 as f64).into()).ok());
    written.and_then(|written| written.as_string()).unwrap_or_else(|| at.to_rfc3339())
}

fn forms() -> Rc<Forms> {
    let (locale, offset) = (locale(), Date::new_0().get_timezone_offset());
    FORMS.with_borrow_mut(|forms| match forms {
        Some(forms) if forms.locale == locale && forms.offset == offset => forms.clone(),
        _ => forms.insert(Rc::new(Forms { locale, offset, learnt: Default::default() })).clone(),
    })
}

fn learn(locale: &str, form: Form) -> Option<Function> {
    let options = Object::new();
    for (part, how) in form.parts().iter().chain(&EVERYWHERE) {
        let _ = Reflect::set(&options, &(*part).into(), &(*how).into());
    }
    [locale, language().tag()].into_iter().find_map(|locale| format_of(locale, &options))
}

/// `new Intl.DateTimeFormat(locale, options).format`, which throws where it does not know the locale: some browsers call their own
/// one by a name of the operating system's (`en-US@posix`). A constructor called by reflection returns the error instead.
fn format_of(locale: &str, options: &Object) -> Option<Function> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let made = Reflect::construct(&constructor, &Array::of2(&locale.into(), options)).ok()?;
    Some(made.dyn_into::<DateTimeFormat>().ok()?.format())
}

/// One calendar and one kind of digits, whatever the locale: that of the texts on the page and of its counts.
const EVERYWHERE: [(&str, &str); 2] = [("calendar", "gregory"), ("numberingSystem", "latn")];

impl Form {
    /// As `Intl.DateTimeFormat` names them.
    fn parts(self) -> &'static [(&'static str, &'static str)] {
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

/// The browser's own locale where it is one of the page's language: who reads English in Vienna writes dates as there.
fn locale() -> String {
    let own = web_sys::window().and_then(|window| window.navigator().language());
    let own = own.filter(|own| Language::of_tag(own) == Some(language()));
    own.unwrap_or_else(|| language().tag().to_owned())
}
