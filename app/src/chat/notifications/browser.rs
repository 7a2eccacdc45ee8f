//! The browser's side: a soft tone, made on the spot, and the permission to tell.

use std::cell::RefCell;

use js_sys::Reflect;
use leptos::{prelude::window, task::spawn_local};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, Notification, NotificationPermission, OscillatorType};

use super::{Permission, updates::LogMark};
use crate::browser::{
    connection::now_ms,
    service_worker::{self, NotificationContent},
    storage,
};

/// A browser that allows sounds only after a click would play them all then: what is older is not worth it.
const MAX_RESUME_MS: u64 = 1_000;
const GAIN: f32 = 0.06;
/// When each note begins, in seconds, and its frequency, in hertz.
const NOTES: [(f64, f32); 2] = [(0.0, 659.3), (0.12, 880.0)];
const NOTE_SECONDS: f64 = 0.35;

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Plays the tone, where the browser lets us.
pub(crate) fn play_sound() {
    spawn_local(async {
        if let Some(context) = running_context().await {
            tone(&context);
        }
    });
}

/// Plays the tone for news, in one tab of those that may.
pub(super) fn play_sound_once(marks: Vec<LogMark>) {
    spawn_local(async move {
        if let Some(context) = running_context().await
            && is_first("sound", &marks).await
        {
            tone(&context);
        }
    });
}

/// Tells somebody who looks elsewhere, from one tab of those that they do not look at.
pub(super) fn notify_once(mark: LogMark, content: NotificationContent) {
    spawn_local(async move {
        if is_first("notice", &[mark]).await {
            service_worker::show_notification(content);
        }
    });
}

/// Whether nobody told of any of this yet in this way. From now on somebody did.
async fn is_first(way: &str, marks: &[LogMark]) -> bool {
    let mut first = false;
    for mark in marks {
        let (key, now) = (format!("{way}.{}", mark.topic), mark.clone());
        first |= storage::advance_mark(key, mark.to_string(), move |notified| now.is_after(notified)).await;
    }
    first
}

async fn running_context() -> Option<AudioContext> {
    let asked = now_ms();
    let context = context()?;
    JsFuture::from(context.resume().ok()?).await.ok()?;
    (now_ms().saturating_sub(asked) < MAX_RESUME_MS).then_some(context)
}

fn tone(context: &AudioContext) {
    let _ = NOTES.iter().try_for_each(|(begins, hertz)| note(context, *begins, *hertz));
}

fn context() -> Option<AudioContext> {
    CONTEXT.with_borrow_mut(|context| {
        if context.is_none() {
            *context = AudioContext::new().ok();
        }
        context.clone()
    })
}

fn note(context: &AudioContext, begins: f64, hertz: f32) -> Result<(), JsValue> {
    let (oscillator, gain) = (context.create_oscillator()?, context.create_gain()?);
    let begins = context.current_time() + begins;
    let ends = begins + NOTE_SECONDS;
    oscillator.set_type(OscillatorType::Sine);
    oscillator.frequency().set_value(hertz);
    gain.gain().set_value_at_time(0.0, begins)?;
    gain.gain().linear_ramp_to_value_at_time(GAIN, begins + 0.02)?;
    gain.gain().exponential_ramp_to_value_at_time(0.0001, ends)?;
    oscillator.connect_with_audio_node(&gain)?;
    gain.connect_with_audio_node(&context.destination())?;
    oscillator.start_with_when(begins)?;
    oscillator.stop_with_when(ends)
}

/// Whether the visitor lets this page tell them things.
pub(crate) fn permission() -> Permission {
    let is_supported =
        Reflect::has(&window(), &"Notification".into()).unwrap_or(false) && service_worker::is_supported();
    if is_supported { permission_of(Notification::permission()) } else { Permission::Unsupported }
}

/// Asks the visitor. Only to be called when they want it themselves.
pub(crate) fn request_permission(answered: impl FnOnce(Permission) + 'static) {
    let asking =
        (permission() == Permission::NotAsked).then(|| Notification::request_permission().ok()).flatten();
    spawn_local(async move {
        if let Some(asking) = asking {
            let _ = JsFuture::from(asking).await;
        }
        answered(permission());
    });
}

fn permission_of(permission: NotificationPermission) -> Permission {
    match permission {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Default => Permission::NotAsked,
        _ => Permission::Denied,
    }
}
