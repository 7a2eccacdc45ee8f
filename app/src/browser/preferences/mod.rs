//! A person's preferences in this browser. The server renders with the defaults; the browser applies the stored ones
//! once the page is live.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
mod ssr;

use leptos::prelude::*;
use serde::Serialize;

#[cfg(feature = "hydrate")]
use browser::{store, watch};
#[cfg(not(feature = "hydrate"))]
use ssr::{store, watch};

use crate::{erased::effect, json_lite};

/// The occasions for a sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sound {
    /// Never.
    #[default]
    Off,
    /// When someone mentions the person.
    Mentions,
    /// Also for every message while the page is hidden.
    All,
}

impl Sound {
    /// All choices, with their names in JSON.
    pub(crate) const ALL: [(Self, &str); 3] =
        [(Self::Off, "off"), (Self::Mentions, "mentions"), (Self::All, "all")];
}

/// The values. A missing or invalid value is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct PreferenceValues {
    /// Whether the log shows who joined and left.
    pub(crate) presence: bool,
    /// The occasions for a sound.
    pub(crate) sound: Sound,
    /// Whether mentions show a system notification while the page is hidden.
    pub(crate) notifications: bool,
    /// Whether single characters are shortcuts. WCAG 2.1.4 demands a way to turn them off.
    pub(crate) keys: bool,
    /// Whether the person was asked for a name.
    pub(crate) name_asked: bool,
}

impl Default for PreferenceValues {
    fn default() -> Self {
        Self { presence: true, sound: Sound::Off, notifications: false, keys: true, name_asked: false }
    }
}

impl PreferenceValues {
    fn parse(stored: &str) -> Self {
        let Some(stored) = json_lite::parse_value(stored) else { return Self::default() };
        let set = |name: &str| stored[name].as_bool();
        let default = Self::default();
        let named = |(_, name): &(Sound, &str)| stored["sound"].as_str() == Some(*name);
        Self {
            presence: set("presence").unwrap_or(default.presence),
            // An unknown choice may come from a later version. It is ignored, and the other values still count.
            sound: Sound::ALL.into_iter().find(named).map(|(sound, _)| sound).unwrap_or_default(),
            notifications: set("notifications").unwrap_or(default.notifications),
            keys: set("keys").unwrap_or(default.keys),
            name_asked: set("name_asked").unwrap_or(default.name_asked),
        }
    }
}

/// The preferences, shared by all tabs of this browser. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Preferences(RwSignal<PreferenceValues>);

impl Preferences {
    /// Provides the defaults, and follows the stored values once the page is live.
    pub(crate) fn provide() -> Self {
        let preferences = Self(RwSignal::new(PreferenceValues::default()));
        provide_context(preferences);
        effect(move || {
            watch(move |stored| {
                preferences.0.try_set(PreferenceValues::parse(&stored));
            });
        });
        preferences
    }

    /// The preferences of this page, or the defaults outside of a topic's page.
    pub(crate) fn from_context() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(PreferenceValues::default())))
    }

    pub(crate) fn get(self) -> PreferenceValues {
        self.0.get()
    }

    pub(crate) fn get_untracked(self) -> PreferenceValues {
        self.0.try_get_untracked().unwrap_or_default()
    }

    /// Changes values here and in the other tabs.
    pub(crate) fn update(self, change: impl FnOnce(&mut PreferenceValues)) {
        self.0.update(change);
        if let Ok(text) = serde_json::to_string(&self.get_untracked()) {
            store(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_preferences_are_read_back() {
        let values = PreferenceValues {
            presence: false,
            sound: Sound::All,
            notifications: true,
            keys: false,
            name_asked: true,
        };
        assert_eq!(PreferenceValues::parse(&serde_json::to_string(&values).unwrap()), values);
    }

    #[test]
    fn missing_or_invalid_preferences_are_the_defaults() {
        for stored in ["", "{}", "[]", "null", "{\"presence\":3}", "{\"later\":true}"] {
            assert_eq!(PreferenceValues::parse(stored), PreferenceValues::default(), "{stored}");
        }
    }

    #[test]
    fn an_unknown_choice_does_not_affect_the_other_preferences() {
        let stored = PreferenceValues::parse("{\"presence\":false,\"sound\":\"bells\"}");
        assert_eq!(stored, PreferenceValues { presence: false, ..PreferenceValues::default() });
    }

    #[test]
    fn each_sound_is_serialised_by_its_name() {
        for (sound, name) in Sound::ALL {
            assert_eq!(serde_json::to_string(&sound).unwrap(), format!("\"{name}\""));
        }
    }
}
