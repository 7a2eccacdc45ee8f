//! The browser's side: a synthesised tone, and the permission for notifications.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Reflect;
use leptos::{
    ev,
    prelude::{window, window_event_listener},
    task::spawn_local,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioContext, Notification, NotificationPermission, OscillatorType};

use super::{Permission, updates::LogPosition};
use crate::browser::{
    calendar,
    service_worker::{self, NotificationContent},
    storage,
};

/// Browsers that allow sound only after a click play all delayed sounds at that click. A sound that was delayed longer
/// than this, until a click, is dropped.
const MAX_RESUME_MS: u64 = 1_000;
const GAIN: f32 = 0.06;
/// The start of each note in seconds, and its frequency in hertz.
const NOTES: [(f64, f32); 2] = [(0.0, 659.3), (0.12, 880.0)];
const NOTE_SECONDS: f64 = 0.35;

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
    /// Whether the browser has started the audio.
    static HAS_STARTED: Cell<bool> = const { Cell::new(false) };
    /// The time of the person's last click or key press, in milliseconds since 1970.
    static GESTURE_AT: Cell<u64> = const { Cell::new(0) };
}

/// Plays the tone that the person has just chosen, however long the audio takes to start.
pub(crate) fn play_sound() {
    spawn_local(async {
        if let Some(context) = running_context().await {
            tone(&context);
        }
    });
}

/// Starts the audio with a click or a key press, before a sound is due: some browsers start it only then, and a start may
/// take seconds. To be called once for the page.
pub(super) fn start_audio_with_gesture(is_wanted: impl Fn() -> bool + 'static) {
    let gesture: Rc<dyn Fn()> = Rc::new(move || {
        GESTURE_AT.set(calendar::now().0);
        if is_wanted() && !HAS_STARTED.get() {
            spawn_local(async { drop(running_context().await) });
        }
    });
    let clicked = gesture.clone();
    let _ = window_event_listener(ev::click, move |_| clicked());
    let _ = window_event_listener(ev::keydown, move |event| {
        // For browsers this key is no gesture.
        if event.key() != "Escape" {
            gesture();
        }
    });
}

/// Plays the tone in one of the tabs that are allowed to.
pub(super) fn play_sound_once(positions: Vec<LogPosition>) {
    spawn_local(async move {
        if let Some(context) = running_context_in_time().await
            && is_first("sound", &positions).await
        {
            tone(&context);
        }
    });
}

/// Shows a notification from one of the tabs.
pub(super) fn notify_once(position: LogPosition, content: NotificationContent) {
    spawn_local(async move {
        if is_first("notice", &[position]).await {
            service_worker::show_notification(content);
        }
    });
}

/// Whether this tab is the first to announce one of the positions in this way (`sound` or `notice`). Claims all of them.
async fn is_first(way: &str, positions: &[LogPosition]) -> bool {
    let mut first = false;
    for position in positions {
        let key = format!("{way}.{}", position.topic);
        let now = position.clone();
        first |= storage::advance_position(key, position.to_string(), move |notified| now.is_after(notified))
            .await;
    }
    first
}

/// Returns `None` if the audio had to wait too long for a click.
async fn running_context_in_time() -> Option<AudioContext> {
    let requested_at = calendar::now().0;
    let context = running_context().await?;
    let is_late = calendar::now().0.saturating_sub(requested_at) >= MAX_RESUME_MS;
    let waited_for_gesture = GESTURE_AT.get() > requested_at;
    (!is_late || !waited_for_gesture).then_some(context)
}

async fn running_context() -> Option<AudioContext> {
    let context = context()?;
    JsFuture::from(context.resume().ok()?).await.ok()?;
    HAS_STARTED.set(true);
    Some(context)
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
    let oscillator = context.create_oscillator()?;
    let gain = context.create_gain()?;
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

pub(crate) fn permission() -> Permission {
    let is_supported =
        Reflect::has(&window(), &"Notification".into()).unwrap_or(false) && service_worker::is_supported();
    if is_supported { permission_of(Notification::permission()) } else { Permission::Unsupported }
}

/// Asks the person for permission. Call it only from a click: browsers block unprompted requests.
pub(crate) fn request_permission(on_answer: impl FnOnce(Permission) + 'static) {
    let request =
        (permission() == Permission::NotAsked).then(|| Notification::request_permission().ok()).flatten();
    spawn_local(async move {
        if let Some(request) = request {
            let _ = JsFuture::from(request).await;
        }
        on_answer(permission());
    });
}

fn permission_of(permission: NotificationPermission) -> Permission {
    match permission {
        NotificationPermission::Granted => Permission::Granted,
        NotificationPermission::Default => Permission::NotAsked,
        _ => Permission::Denied,
    }
}
