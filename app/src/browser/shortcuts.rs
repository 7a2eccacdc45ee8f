//! Keyboard shortcuts that work anywhere on the page, and the order in which they step through topics.

use leptos::{
    ev::KeyboardEvent,
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, EventTarget},
};

use crate::protocol::TopicName;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    /// Show the list of shortcuts.
    Help,
    /// Open the search.
    Search,
    /// Go to another topic of the sidebar.
    Step {
        /// Down the list.
        forward: bool,
        /// Skip topics without unread messages.
        unread_only: bool,
    },
}

/// A key press and its context.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct KeyPress<'a> {
    key: &'a str,
    alt: bool,
    shift: bool,
    /// Ctrl, or Cmd on a Mac.
    command: bool,
    /// The focus is in a text field.
    in_field: bool,
}

impl Shortcut {
    /// Returns the shortcut of a key press, if any. `single_keys`: whether a character without a modifier can be one.
    pub(crate) fn from_event(event: &KeyboardEvent, single_keys: bool) -> Option<Self> {
        let is_handled = event.default_prevented() || is_composing(event);
        let target = event.target();
        // A `<select>` uses the arrow keys itself, and an open dialog is modal.
        if is_handled || is_within(target.as_ref(), "select") || has_dialog() {
            return None;
        }
        let key_press = KeyPress {
            key: &event.key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            command: event.ctrl_key() || event.meta_key(),
            in_field: is_within(target.as_ref(), "input, textarea, [contenteditable]"),
        };
        key_press.shortcut(single_keys)
    }
}

/// The `keyCode` of a key that an input method has consumed.
const IME_KEY_CODE: u32 = 229;

/// Whether a key press belongs to an input method, which composes text from several keys. Safari ends the composition
/// before it reports the key that ended it, and marks that key only by its code.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == IME_KEY_CODE
}

impl KeyPress<'_> {
    fn shortcut(self, single_keys: bool) -> Option<Shortcut> {
        let alone = single_keys && !self.alt && !self.command && !self.in_field;
        match self.key {
            "?" if alone => Some(Shortcut::Help),
            "/" if alone => Some(Shortcut::Search),
            "k" | "K" if self.command && !self.alt && !self.shift => Some(Shortcut::Search),
            "ArrowUp" | "ArrowDown" if self.alt && !self.command => {
                Some(Shortcut::Step { forward: self.key == "ArrowDown", unread_only: self.shift })
            }
            _ => None,
        }
    }
}

fn is_within(target: Option<&EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_ref::<Element>());
    element.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

fn has_dialog() -> bool {
    document().query_selector("dialog[open]").ok().flatten().is_some()
}

/// The next topic for which `is_wanted` holds, wrapping around at the end.
pub(crate) fn next_topic<'a>(
    topics: &'a [TopicName],
    current: &TopicName,
    forward: bool,
    is_wanted: impl Fn(&TopicName) -> bool,
) -> Option<&'a TopicName> {
    let index = topics.iter().position(|topic| topic == current)?;
    let before = topics.get(..index)?;
    let after = topics.get(index + 1..)?;
    let is_wanted = |topic: &&TopicName| is_wanted(topic);
    if forward {
        after.iter().chain(before).find(is_wanted)
    } else {
        before.iter().rev().chain(after.iter().rev()).find(is_wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shortcut::*, *};

    fn key_press(key: &str) -> KeyPress<'_> {
        KeyPress { key, ..KeyPress::default() }
    }

    #[test]
    fn single_characters_are_shortcuts_only_outside_of_fields_and_if_enabled() {
        for (key, shortcut) in [("?", Help), ("/", Search)] {
            assert_eq!(KeyPress { shift: true, ..key_press(key) }.shortcut(true), Some(shortcut));
            assert_eq!(key_press(key).shortcut(false), None);
            for no in
                [KeyPress { in_field: true, ..key_press(key) }, KeyPress { alt: true, ..key_press(key) }]
            {
                assert_eq!(no.shortcut(true), None, "{no:?}");
            }
        }
    }

    #[test]
    fn keys_with_a_modifier_are_shortcuts_anywhere() {
        let k = KeyPress { command: true, in_field: true, ..key_press("k") };
        assert_eq!(k.shortcut(false), Some(Search));
        assert_eq!(KeyPress { shift: true, ..k }.shortcut(true), None);
        let up = KeyPress { alt: true, in_field: true, ..key_press("ArrowUp") };
        assert_eq!(up.shortcut(false), Some(Step { forward: false, unread_only: false }));
        let down = KeyPress { key: "ArrowDown", shift: true, ..up };
        assert_eq!(down.shortcut(false), Some(Step { forward: true, unread_only: true }));
        assert_eq!(KeyPress { alt: false, ..down }.shortcut(true), None);
    }

    #[test]
    fn stepping_wraps_around_and_skips_unwanted_topics() {
        let topics = ["a", "b", "c", "d"].map(|name| name.parse::<TopicName>().unwrap());
        let from = |current: &str, forward, not: &str| {
            let next = next_topic(&topics, &current.parse().unwrap(), forward, |topic| topic.as_str() != not);
            next.map(|topic| topic.to_string()).unwrap_or_default()
        };
        assert_eq!(
            (from("a", true, ""), from("d", true, ""), from("a", false, "")),
            ("b".into(), "a".into(), "d".into())
        );
        assert_eq!((from("a", true, "b"), from("c", false, "b")), ("c".into(), "a".into()));
        assert_eq!(from("z", true, ""), "");
        assert_eq!(super::next_topic(&topics, &topics[0], true, |_| false), None);
    }
}
