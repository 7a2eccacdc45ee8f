//! Keys that work wherever the focus is: which press means what, and which topic is next.

use leptos::{
    ev::KeyboardEvent,
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, EventTarget},
};

use crate::protocol::TopicName;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    /// The list of all shortcuts.
    Help,
    /// Looking for messages.
    Search,
    /// Another topic of the list.
    Step {
        /// Downwards.
        forward: bool,
        /// Only to one with something new.
        news_only: bool,
    },
}

/// A key that was pressed, and where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Press<'a> {
    key: &'a str,
    alt: bool,
    shift: bool,
    /// Ctrl, or the key that stands for it on a Mac.
    command: bool,
    /// Where one types.
    in_field: bool,
}

impl Shortcut {
    /// What a press asks for. `single` tells whether a character alone may ask for something.
    pub(crate) fn of(event: &KeyboardEvent, single: bool) -> Option<Self> {
        let is_taken = event.default_prevented() || is_composing(event);
        let target = event.target();
        // A list of choices has its own arrows, and whoever stands before a dialog means the dialog.
        if is_taken || is_within(target.as_ref(), "select") || has_dialog() {
            return None;
        }
        let press = Press {
            key: &event.key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            command: event.ctrl_key() || event.meta_key(),
            in_field: is_within(target.as_ref(), "input, textarea, [contenteditable]"),
        };
        press.means(single)
    }
}

/// The `keyCode` of a key that an input method has taken.
const TAKEN: u32 = 229;

/// Whether a key belongs to an input method, which makes words of several keys: it is meant for no one else. Safari ends the
/// composition before it tells of the key that ended it, and says only by the code whose key that was.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == TAKEN
}

impl Press<'_> {
    fn means(self, single: bool) -> Option<Shortcut> {
        let alone = single && !self.alt && !self.command && !self.in_field;
        match self.key {
            "?" if alone => Some(Shortcut::Help),
            "/" if alone => Some(Shortcut::Search),
            "k" | "K" if self.command && !self.alt && !self.shift => Some(Shortcut::Search),
            "ArrowUp" | "ArrowDown" if self.alt && !self.command => {
                Some(Shortcut::Step { forward: self.key == "ArrowDown", news_only: self.shift })
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

/// The next topic of a list, round its end.
pub(crate) fn next<'a>(
    topics: &'a [TopicName],
    current: &TopicName,
    forward: bool,
    wanted: impl Fn(&TopicName) -> bool,
) -> Option<&'a TopicName> {
    let place = topics.iter().position(|topic| topic == current)?;
    let (before, after) = (topics.get(..place)?, topics.get(place + 1..)?);
    let wanted = |topic: &&TopicName| wanted(topic);
    if forward {
        after.iter().chain(before).find(wanted)
    } else {
        before.iter().rev().chain(after.iter().rev()).find(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shortcut::*, *};

    fn press(key: &str) -> Press<'_> {
        Press { key, ..Press::default() }
    }

    #[test]
    fn a_character_asks_only_outside_of_fields_and_where_that_is_wanted() {
        for (key, shortcut) in [("?", Help), ("/", Search)] {
            assert_eq!(Press { shift: true, ..press(key) }.means(true), Some(shortcut));
            assert_eq!(press(key).means(false), None);
            for no in [Press { in_field: true, ..press(key) }, Press { alt: true, ..press(key) }] {
                assert_eq!(no.means(true), None, "{no:?}");
            }
        }
    }

    #[test]
    fn with_another_key_it_asks_from_anywhere() {
        let k = Press { command: true, in_field: true, ..press("k") };
        assert_eq!(k.means(false), Some(Search));
        assert_eq!(Press { shift: true, ..k }.means(true), None);
        let up = Press { alt: true, in_field: true, ..press("ArrowUp") };
        assert_eq!(up.means(false), Some(Step { forward: false, news_only: false }));
        let down = Press { key: "ArrowDown", shift: true, ..up };
        assert_eq!(down.means(false), Some(Step { forward: true, news_only: true }));
        assert_eq!(Press { alt: false, ..down }.means(true), None);
    }

    #[test]
    fn topics_go_round_and_those_that_are_not_wanted_are_passed() {
        let topics = ["a", "b", "c", "d"].map(|name| name.parse::<TopicName>().unwrap());
        let from = |current: &str, forward, not: &str| {
            let next = next(&topics, &current.parse().unwrap(), forward, |topic| topic.as_str() != not);
            next.map(|topic| topic.to_string()).unwrap_or_default()
        };
        assert_eq!(
            (from("a", true, ""), from("d", true, ""), from("a", false, "")),
            ("b".into(), "a".into(), "d".into())
        );
        assert_eq!((from("a", true, "b"), from("c", false, "b")), ("c".into(), "a".into()));
        assert_eq!(from("z", true, ""), "");
        assert_eq!(super::next(&topics, &topics[0], true, |_| false), None);
    }
}
