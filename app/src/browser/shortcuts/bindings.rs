//! The table of keyboard shortcuts. Key presses are looked up in it, and the help lists it.

use super::{
    KeyPress,
    Shortcut::{self, *},
};
use crate::{browser::text_format::Format, i18n::ShortcutTexts};

/// Where a shortcut works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShortcutScope {
    /// Anywhere; a single character only outside of text fields.
    Page,
    /// While the log or one of its messages has the focus.
    Log,
    /// In the text field of a message.
    Field,
}

/// A key, and the modifiers that are held with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Chord {
    /// The value of `KeyboardEvent.key`. Letters are in lower case.
    pub(crate) key: &'static str,
    pub(crate) alt: bool,
    pub(crate) shift: bool,
    /// Ctrl, or Cmd on a Mac.
    pub(crate) command: bool,
}

/// A line of the help: the key presses, and what they do.
pub(crate) struct Binding {
    pub(crate) scope: ShortcutScope,
    pub(crate) chords: &'static [(Chord, Shortcut)],
    pub(crate) text: fn(&ShortcutTexts) -> &'static str,
}

const fn key(key: &'static str) -> Chord {
    Chord { key, alt: false, shift: false, command: false }
}

const fn ctrl(key: &'static str) -> Chord {
    Chord { key, alt: false, shift: false, command: true }
}

const fn shift(key: &'static str) -> Chord {
    Chord { key, alt: false, shift: true, command: false }
}

const fn alt(key: &'static str) -> Chord {
    Chord { key, alt: true, shift: false, command: false }
}

const fn alt_shift(key: &'static str) -> Chord {
    Chord { key, alt: true, shift: true, command: false }
}

const fn page(chords: &'static [(Chord, Shortcut)], text: fn(&ShortcutTexts) -> &'static str) -> Binding {
    Binding { scope: ShortcutScope::Page, chords, text }
}

const fn log(chords: &'static [(Chord, Shortcut)], text: fn(&ShortcutTexts) -> &'static str) -> Binding {
    Binding { scope: ShortcutScope::Log, chords, text }
}

const fn field(chords: &'static [(Chord, Shortcut)], text: fn(&ShortcutTexts) -> &'static str) -> Binding {
    Binding { scope: ShortcutScope::Field, chords, text }
}

const UP: bool = false;
const DOWN: bool = true;

/// All shortcuts, in the order of the help.
pub(crate) const BINDINGS: [Binding; 23] = [
    page(&[(key("?"), Help)], |t| t.help),
    page(&[(ctrl("k"), Jump)], |t| t.jump),
    page(&[(key("/"), Search)], |t| t.search),
    page(
        &[
            (alt("ArrowUp"), Step { forward: UP, unread_only: false }),
            (alt("ArrowDown"), Step { forward: DOWN, unread_only: false }),
        ],
        |t| t.adjacent_topic,
    ),
    page(
        &[
            (alt_shift("ArrowUp"), Step { forward: UP, unread_only: true }),
            (alt_shift("ArrowDown"), Step { forward: DOWN, unread_only: true }),
        ],
        |t| t.adjacent_unread_topic,
    ),
    page(&[(key("F6"), Region { forward: true }), (shift("F6"), Region { forward: false })], |t| t.region),
    page(&[(ctrl(","), Settings)], |t| t.settings),
    page(&[(key("Escape"), Newest)], |t| t.escape),
    page(&[(shift("Escape"), MarkAllRead)], |t| t.mark_all_read),
    log(&[(key("k"), Message { forward: UP }), (key("ArrowUp"), Message { forward: UP })], |t| {
        t.message_above
    }),
    log(&[(key("j"), Message { forward: DOWN }), (key("ArrowDown"), Message { forward: DOWN })], |t| {
        t.message_below
    }),
    log(&[(key("r"), Reply)], |t| t.reply),
    log(&[(key("+"), Menu), (key("Enter"), Menu)], |t| t.react),
    log(&[(key("e"), Edit)], |t| t.edit),
    log(&[(key("ArrowLeft"), Control { left: true }), (key("ArrowRight"), Control { left: false })], |t| {
        t.controls
    }),
    field(&[(key("Enter"), Send), (ctrl("Enter"), Send)], |t| t.send),
    field(&[(shift("Enter"), NewLine)], |t| t.new_line),
    field(&[(key("ArrowUp"), EditLast)], |t| t.edit_last),
    field(&[(ctrl("ArrowUp"), ReplyTo { forward: UP })], |t| t.reply_above),
    field(&[(ctrl("ArrowDown"), ReplyTo { forward: DOWN })], |t| t.reply_below),
    field(&[(ctrl("b"), Mark(Format::Bold))], |t| t.bold),
    field(&[(ctrl("i"), Mark(Format::Italic))], |t| t.italic),
    field(&[(ctrl("e"), Mark(Format::Code)), (ctrl("`"), Mark(Format::Code))], |t| t.code),
];

/// Looks up a key press.
pub(super) fn lookup(scope: ShortcutScope, press: &KeyPress) -> Option<(Chord, Shortcut)> {
    let here = BINDINGS.iter().filter(|binding| binding.scope == scope);
    here.flat_map(|binding| binding.chords).find(|(chord, _)| chord.matches(press)).copied()
}

impl Chord {
    /// Whether the chord puts a character into a text field.
    pub(super) fn is_single_character(self) -> bool {
        !self.alt && !self.command && self.key.chars().count() == 1
    }

    /// The Shift key counts for letters and named keys only: where other characters need it depends on the keyboard.
    fn matches(self, press: &KeyPress) -> bool {
        let is_sign = self.key.chars().count() == 1 && !self.key.starts_with(char::is_alphabetic);
        self.key.eq_ignore_ascii_case(press.key)
            && (self.alt, self.command) == (press.alt, press.command)
            && (is_sign || self.shift == press.shift)
    }

    /// The keys as they are printed on keyboards.
    pub(crate) fn key_labels(self, texts: &ShortcutTexts, is_apple: bool) -> Vec<String> {
        let key = match self.key {
            "ArrowUp" => "↑".to_owned(),
            "ArrowDown" => "↓".to_owned(),
            "ArrowLeft" => "←".to_owned(),
            "ArrowRight" => "→".to_owned(),
            "Escape" => "Esc".to_owned(),
            key if key.len() == 1 => key.to_ascii_uppercase(),
            key => key.to_owned(),
        };
        let ctrl = if is_apple { "⌘" } else { texts.ctrl_key };
        let modifiers = [(self.command, ctrl), (self.alt, "Alt"), (self.shift, texts.shift_key)];
        let held = modifiers.into_iter().filter(|(is_held, _)| *is_held).map(|(_, label)| label.to_owned());
        held.chain([key]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::i18n::Language;

    #[test]
    fn no_key_press_has_two_meanings_in_one_scope() {
        let mut seen = HashSet::new();
        for binding in &BINDINGS {
            for (chord, _) in binding.chords {
                assert!(seen.insert((format!("{:?}", binding.scope), format!("{chord:?}"))), "{chord:?}");
            }
        }
    }

    #[test]
    fn chords_are_shown_as_keyboards_print_them() {
        let labels = |chord: Chord| chord.key_labels(Language::En.shortcuts(), false).join("+");
        assert_eq!(labels(alt_shift("ArrowUp")), "Alt+Shift+↑");
        assert_eq!(labels(ctrl("k")), "Ctrl+K");
        assert_eq!(labels(key("Escape")), "Esc");
        assert_eq!(ctrl("k").key_labels(Language::En.shortcuts(), true), ["⌘", "K"]);
        assert_eq!(shift("Enter").key_labels(Language::De.shortcuts(), false), ["Umschalt", "Enter"]);
    }
}
