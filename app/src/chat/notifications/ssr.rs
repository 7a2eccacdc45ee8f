//! The server's side: no notifications.

use super::{Permission, updates::LogPosition};
use crate::browser::service_worker::NotificationContent;

pub(crate) fn play_sound() {}

pub(super) fn start_audio_with_gesture(_is_wanted: impl Fn() -> bool + 'static) {}

pub(super) fn play_sound_once(_positions: Vec<LogPosition>) {}

pub(super) fn notify_once(_position: LogPosition, _content: NotificationContent) {}

pub(crate) fn permission() -> Permission {
    Permission::Unsupported
}

pub(crate) fn request_permission(_answered: impl FnOnce(Permission) + 'static) {}
