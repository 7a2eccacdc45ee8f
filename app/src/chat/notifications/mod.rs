//! Tells who looks elsewhere what is new: in the title, on the icon, as a sound, as a notification.

#[cfg(feature = "hydrate")]
mod browser;
mod news;
#[cfg(not(feature = "hydrate"))]
mod ssr;
mod unread;

use leptos::{leptos_dom::helpers::window_event_listener_untyped, prelude::*};

#[cfg(feature = "hydrate")]
pub(crate) use browser::{ask, may, play};
#[cfg(feature = "hydrate")]
use browser::{play_once, tell_once};
#[cfg(not(feature = "hydrate"))]
pub(crate) use ssr::{ask, may, play};
#[cfg(not(feature = "hydrate"))]
use ssr::{play_once, tell_once};
pub(crate) use unread::{has_news, titled};

use self::news::{News, Watcher};
use crate::{
    browser::{
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
/// So much of a message is told, in characters.
const TOLD: usize = 200;

/// Whether the visitor lets this page tell them things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "the server asks nobody"))]
pub(crate) enum May {
    /// Yes.
    Yes,
    /// Nobody asked yet.
    Ask,
    /// No, and asking again is in vain.
    No,
    /// This browser cannot, or not over plain HTTP.
    Never,
}

/// How much is new where the reader does not look. The server counts nothing: the title it writes is everybody's.
pub(crate) fn unread(chat: Chat) -> Derived<u64> {
    let (followed, current, seen) = (chat.memberships(), chat.current(), RwSignal::new(true));
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
    let elsewhere = move |seen: bool| followed.with(|all| unread::elsewhere(all, &current.get(), seen));
    let unread = memo(move || if live.get() { elsewhere(seen.get()) } else { 0 });
    effect(move || show_icon(if unread.get() > 0 { ICON_WITH_DOT } else { ICON }));
    unread
}

fn show_icon(path: &str) {
    if let Ok(Some(icon)) = document().query_selector("link[rel='icon']")
        && icon.get_attribute("href").as_deref() != Some(path)
    {
        let _ = icon.set_attribute("href", path);
    }
}

/// What there was when the page began.
pub(crate) struct Begun {
    topics: Vec<Membership>,
    shown: TopicName,
    heard: Option<u64>,
}

impl Begun {
    /// As it is now.
    pub(crate) fn now(chat: Chat) -> Self {
        let shown = chat.topic();
        Self { topics: chat.memberships().get_untracked(), heard: chat.heard_up_to(&shown), shown }
    }

    /// Nobody is told of any of it.
    fn known(self, me: UserId) -> Watcher {
        let mut watcher = Watcher::default();
        let topics = unread::with_current(&self.topics, self.shown.clone());
        let heard = |topic: &_, _| Some((self.heard.filter(|_| *topic == self.shown)?, Vec::new()));
        watcher.look(me, &topics, heard);
        watcher
    }
}

/// Tells of what is said after the page began.
pub(crate) fn watch(chat: Chat, preferences: Preferences, begun: Begun) {
    let (heard, followed) = (chat.heard(), chat.memberships());
    let watcher = StoredValue::new(begun.known(chat.user()));
    let language = language();
    effect(move || {
        heard.track();
        followed.track();
        let topics = followed.with_untracked(|all| unread::with_current(all, chat.topic()));
        let heard = |topic: &_, since: Option<u64>| {
            let now = chat.heard_up_to(topic)?;
            Some((now, since.map(|since| chat.said_since(topic, since)).unwrap_or_default()))
        };
        let news = watcher.try_update_value(|watcher| watcher.look(chat.user(), &topics, heard));
        let news = news.unwrap_or_default();
        let sounding =
            |news: &&News| sounds(preferences.get_untracked().sound, news.is_mention, place_of(chat, news));
        let marks: Vec<_> = news.iter().filter(sounding).map(|news| news.mark.clone()).collect();
        if !marks.is_empty() {
            play_once(marks);
        }
        if preferences.get_untracked().notifications && document().hidden() {
            let mentions = news.iter().filter(|news| news.is_mention);
            mentions.for_each(|news| {
                let content = content(news, &|n| language.topic().mentions.say(language, n));
                tell_once(news.mark.clone(), content);
            });
        }
    });
}

/// Where something was said, as the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Before their eyes.
    Seen,
    /// On a page that they see, or could.
    Elsewhere,
    /// On a page that is hidden.
    Hidden,
}

fn place_of(chat: Chat, news: &News) -> Where {
    if document().hidden() {
        Where::Hidden
    } else if visibility::is_page_active() && chat.topic() == news.topic {
        Where::Seen
    } else {
        Where::Elsewhere
    }
}

fn sounds(sound: Sound, is_mention: bool, place: Where) -> bool {
    match sound {
        Sound::Off => false,
        Sound::Mentions => is_mention && place != Where::Seen,
        Sound::All => place == Where::Hidden || (is_mention && place != Where::Seen),
    }
}

fn content(news: &News, mentions: &dyn Fn(u64) -> String) -> NotificationContent {
    let (topic, tag) = (&news.topic, news.topic.to_string());
    match &news.message {
        Some(event) => NotificationContent {
            title: event.author.name.to_string(),
            body: beginning(event),
            tag,
            path: format!("/t/{topic}/{}", event.seq),
        },
        None => NotificationContent {
            title: news.title.clone(),
            body: mentions(news.mentions),
            tag,
            path: format!("/t/{topic}"),
        },
    }
}

fn beginning(event: &Event) -> String {
    event.kind.plain_text().chars().take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::{Where::*, sounds};
    use crate::browser::preferences::Sound::{All, Mentions, Off};

    #[test]
    fn a_sound_is_for_who_does_not_see_it_anyway() {
        for (sound, seen, elsewhere, hidden) in [
            (Off, [false; 2], [false; 2], [false; 2]),
            (Mentions, [false; 2], [false, true], [false, true]),
            (All, [false; 2], [false, true], [true; 2]),
        ] {
            for (place, expected) in [(Seen, seen), (Elsewhere, elsewhere), (Hidden, hidden)] {
                let heard = [false, true].map(|is_mention| sounds(sound, is_mention, place));
                assert_eq!(heard, expected, "{sound:?} {place:?}");
            }
        }
    }
}
