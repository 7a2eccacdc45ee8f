use leptos::prelude::*;

use crate::protocol::Timestamp;

/// A moment: UTC in the markup, the reader's own time on the screen.
#[component]
pub(crate) fn Moment(at: Timestamp) -> impl IntoView {
    let utc = at.to_rfc3339();
    let shown = RwSignal::new(format!("{} UTC", &utc[11..16]));
    let full = RwSignal::new(utc.clone());
    Effect::new(move |_| {
        let (short, long) = local(at);
        shown.set(short);
        full.set(long);
    });
    view! {
        <time class="moment" datetime=utc title=full>
            {shown}
        </time>
    }
}

/// The moment as this browser writes it: the time alone when it is today, else with the date; and in full.
#[cfg(feature = "hydrate")]
fn local(at: Timestamp) -> (String, String) {
    let date = js_sys::Date::new(&(at.0 as f64).into());
    let today = js_sys::Date::new_0().to_date_string() == date.to_date_string();
    let options = js_sys::Object::new();
    for (key, value) in [("hour", "2-digit"), ("minute", "2-digit")] {
        let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
    }
    if !today {
        for (key, value) in [("day", "numeric"), ("month", "short")] {
            let _ = js_sys::Reflect::set(&options, &key.into(), &value.into());
        }
    }
    let short = date.to_locale_string("default", &options);
    let long = date.to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED);
    (short.into(), long.into())
}

/// Effects do not run on the server.
#[cfg(not(feature = "hydrate"))]
fn local(at: Timestamp) -> (String, String) {
    (at.to_rfc3339(), at.to_rfc3339())
}
