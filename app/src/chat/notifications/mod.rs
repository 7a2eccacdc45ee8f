//! Notifies a person who is not looking: in the page's title, on its icon, by sound and by system notification.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;
mod unread;
mod updates;

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

#[cfg(feature = "hydrate")]
use browser::{notify_once, play_sound_once, start_audio_with_gesture};
#[cfg(feature = "hydrate")]
pub(crate) use browser::{permission, play_sound, request_permission};
#[cfg(not(feature = "hydrate"))]
use ssr::{notify_once, play_sound_once, start_audio_with_gesture};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{permission, play_sound, request_permission};
pub(crate) use unread::{has_unread, with_unread_count};

use self::updates::{TopicUpdate, UpdateTracker};
use crate::{
    browser::{
        base_path::{address, topic_address},
        preferences::{Preferences, Sound},
        service_worker::NotificationContent,
        visibility,
    },
    chat::Chat,
    erased::{Derived, effect, memo},
    i18n::language,
    protocol::{Event, Membership, TopicName, UserId},
};

const ICON: &str = "/favicon.svg";
const ICON_WITH_DOT: &str = "/favicon-new.svg";
/// The longest body of a notification.
const MAX_BODY_CHARS: usize = 200;

/// Whether the browser allows system notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server asks for no permission"))]
pub(crate) enum Permission {
    Granted,
    /// The person was not asked yet.
    NotAsked,
    /// The person refused. The browser will not ask again.
    Denied,
    /// The browser does not support them, or not over plain HTTP.
    Unsupported,
}

/// The number of unread messages outside of what the person is looking at. Always 0 on the server and until the page is
/// live, so that the rendered title is the same for everyone.
pub(crate) fn unread(chat: Chat) -> Derived<u64> {
    let followed = chat.memberships();
    let current = chat.current();
    let seen = RwSignal::new(true);
    let live = RwSignal::new(false);
    effect(move || {
        live.set(true);
        for event in ["visibilitychange", "focus", "blur"] {
            let _listening = window_event_listener_untyped(event, move |_| {
                seen.try_set(visibility::is_page_active());
            });
        }
        seen.set(visibility::is_page_active());
    });
    let count = move |seen: bool| followed.with(|all| unread::count_elsewhere(all, &current.get(), seen));
    let unread = memo(move || if live.get() { count(seen.get()) } else { 0 });
    effect(move || {
        let icon = if unread.get() > 0 { ICON_WITH_DOT } else { ICON };
        show_icon(&address(format_args!("{icon}")));
    });
    unread
}

fn show_icon(address: &str) {
    if let Ok(Some(icon)) = document().query_selector("link[rel='icon']")
        && icon.get_attribute("href").as_deref() != Some(address)
    {
        let _ = icon.set_attribute("href", address);
    }
}

/// The state when the page was opened. Nothing in it is notified.
pub(crate) struct Baseline {
    topics: Vec<Membership>,
    shown: TopicName,
    /// The `seq` up to which the events of `shown` were received.
    received: Option<u64>,
}

impl Baseline {
    pub(crate) fn now(chat: Chat) -> Self {
        let shown = chat.topic();
        Self { topics: chat.memberships().get_untracked(), received: chat.received_up_to(&shown), shown }
    }

    /// A tracker that considers all of it as known.
    fn into_tracker(self, me: UserId) -> UpdateTracker {
        let mut tracker = UpdateTracker::default();
        let topics = unread::with_current(&self.topics, self.shown.clone());
        let received = |topic: &_, _| Some((self.received.filter(|_| *topic == self.shown)?, Vec::new()));
        tracker.check(me, &topics, received);
        tracker
    }
}

/// Notifies of messages that arrive after `baseline`.
pub(crate) fn watch(chat: Chat, preferences: Preferences, baseline: Baseline) {
    let events = chat.event_count();
    let followed = chat.memberships();
    let tracker = StoredValue::new(baseline.into_tracker(chat.user()));
    let language = language();
    start_audio_with_gesture(move || preferences.get_untracked().sound != Sound::Off);
    effect(move || {
        events.track();
        followed.track();
        let topics = followed.with_untracked(|all| unread::with_current(all, chat.topic()));
        let received = |topic: &_, since: Option<u64>| {
            let now = chat.received_up_to(topic)?;
            Some((now, since.map(|since| chat.messages_since(topic, since)).unwrap_or_default()))
        };
        let updates = tracker.try_update_value(|tracker| tracker.check(chat.user(), &topics, received));
        let updates = updates.unwrap_or_default();
        let is_audible = |update: &&TopicUpdate| {
            should_play_sound(preferences.get_untracked().sound, update.is_mention, attention(chat, update))
        };
        let positions: Vec<_> =
            updates.iter().filter(is_audible).map(|update| update.position.clone()).collect();
        if !positions.is_empty() {
            play_sound_once(positions);
        }
        if preferences.get_untracked().notifications && document().hidden() {
            let mentions = updates.iter().filter(|update| update.is_mention);
            mentions.for_each(|update| {
                let content = content(update, &|n| language.topic().mentions.format(language, n));
                notify_once(update.position.clone(), content);
            });
        }
    });
}

/// The person's attention to a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attention {
    /// The topic is shown and the page has the focus.
    OnTopic,
    /// The page is visible.
    Elsewhere,
    /// The page is hidden.
    Hidden,
}

fn attention(chat: Chat, update: &TopicUpdate) -> Attention {
    if document().hidden() {
        Attention::Hidden
    } else if visibility::is_page_active() && chat.topic() == update.topic {
        Attention::OnTopic
    } else {
        Attention::Elsewhere
    }
}

fn should_play_sound(sound: Sound, is_mention: bool, attention: Attention) -> bool {
    match sound {
        Sound::Off => false,
        Sound::Mentions => is_mention && attention != Attention::OnTopic,
        Sound::All => attention == Attention::Hidden || (is_mention && attention != Attention::OnTopic),
    }
}

fn content(update: &TopicUpdate, mentions: &dyn Fn(u64) -> String) -> NotificationContent {
    let topic = &update.topic;
    let tag = update.topic.to_string();
    match &update.message {
        Some(event) => NotificationContent {
            title: event.author.name.to_string(),
            body: excerpt(event),
            tag,
            path: address(format_args!("/t/{topic}/{}", event.seq)),
        },
        None => NotificationContent {
            title: update.title.clone(),
            body: mentions(update.mentions),
            tag,
            path: topic_address(topic),
        },
    }
}

fn excerpt(event: &Event) -> String {
    event.kind.plain_text().chars().take(MAX_BODY_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::{Attention::*, should_play_sound};
    use crate::browser::preferences::Sound::{All, Mentions, Off};

    #[test]
    fn a_sound_plays_only_for_messages_out_of_view() {
        for (sound, on_topic, elsewhere, hidden) in [
            (Off, [false; 2], [false; 2], [false; 2]),
            (Mentions, [false; 2], [false, true], [false, true]),
            (All, [false; 2], [false, true], [true; 2]),
        ] {
            for (attention, expected) in [(OnTopic, on_topic), (Elsewhere, elsewhere), (Hidden, hidden)] {
                let played = [false, true].map(|is_mention| should_play_sound(sound, is_mention, attention));
                assert_eq!(played, expected, "{sound:?} {attention:?}");
            }
        }
    }
}
