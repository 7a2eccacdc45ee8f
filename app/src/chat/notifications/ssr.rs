//! The server's side: no notifications.

use super::{Permission, updates::LogMark};
use crate::browser::service_worker::NotificationContent;

pub(crate) fn play_sound() {}

pub(super) fn play_sound_once(_marks: Vec<LogMark>) {}

pub(super) fn notify_once(_mark: LogMark, _content: NotificationContent) {}

pub(crate) fn permission() -> Permission {
    Permission::Unsupported
}

pub(crate) fn request_permission(_answered: impl FnOnce(Permission) + 'static) {}
