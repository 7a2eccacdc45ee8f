//! Keyboard shortcuts. `bindings` holds the table of them.

mod bindings;
mod topics;

use leptos::{
    ev::KeyboardEvent,
    prelude::{document, window},
    wasm_bindgen::{JsCast, prelude::Closure},
    web_sys::{Element, EventTarget},
};

pub(crate) use bindings::{BINDINGS, Binding, ShortcutScope};
pub(crate) use topics::next_topic;

use super::{focus, text_format::Format};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    /// Show the list of shortcuts.
    Help,
    /// Open the quick switcher.
    Jump,
    /// Open the search.
    Search,
    /// Open the settings.
    Settings,
    /// Go to another topic of the sidebar.
    Step {
        /// Down the list.
        forward: bool,
        /// Skip topics without unread messages.
        unread_only: bool,
    },
    /// Focus another region of the page: the topics, the header, the log or the composer.
    Region { forward: bool },
    /// Go to the newest message, and to the composer.
    Newest,
    /// Mark all topics as read.
    MarkAllRead,
    /// Focus the message above or below.
    Message { forward: bool },
    /// Focus another link or button of the message.
    Control { left: bool },
    /// Open the message's menu.
    Menu,
    /// Reply to the message.
    Reply,
    /// Edit the message.
    Edit,
    /// Publish or save the text.
    Send,
    /// Insert a line break.
    NewLine,
    /// Edit the person's newest message, if the field is empty.
    EditLast,
    /// Reply to the message above or below the one replied to.
    ReplyTo { forward: bool },
    /// Format the selected text.
    Mark(Format),
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
    /// The focus is in the log.
    in_log: bool,
    /// The focus is on a message itself, not on a link or button of it.
    on_message: bool,
}

/// A key press outside of the message fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageKey {
    Shortcut(Shortcut),
    /// A character, which belongs into the composer.
    Character,
}

impl PageKey {
    /// Interprets a key press. `single_keys`: whether a character without a modifier can be a shortcut.
    pub(crate) fn from_event(event: &KeyboardEvent, single_keys: bool) -> Option<Self> {
        let is_handled = event.default_prevented() || is_composing(event);
        let target = event.target();
        let key = latin_key(event);
        // A `<select>` and an open popover use the keys themselves, and an open dialog is modal. Escape closes a popover
        // from anywhere, and leaves other fields than the composer alone.
        let is_taken = is_within(target.as_ref(), "select, :popover-open")
            || is_open("dialog[open]")
            || (key == "Escape" && (is_open(":popover-open") || is(target.as_ref(), "input")));
        if is_handled || is_taken {
            return None;
        }
        let press = KeyPress {
            in_field: is_within(target.as_ref(), "input, textarea, [contenteditable]"),
            // After a click into the log, letters are text.
            in_log: focus::is_in_log(),
            on_message: is(target.as_ref(), ".message"),
            ..KeyPress::new(&key, event)
        };
        press.interpret(single_keys)
    }
}

impl Shortcut {
    /// Returns the shortcut of a key press in the text field of a message, if any.
    pub(crate) fn in_field(event: &KeyboardEvent) -> Option<Self> {
        if is_composing(event) {
            return None;
        }
        let key = latin_key(event);
        bindings::lookup(ShortcutScope::Field, &KeyPress::new(&key, event)).map(|(_, shortcut)| shortcut)
    }
}

/// The `keyCode` of a key that an input method has consumed.
const IME_KEY_CODE: u32 = 229;

/// Whether a key press belongs to an input method, which composes text from several keys. Safari ends the composition
/// before it reports the key that ended it, and marks that key only by its code.
pub(crate) fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == IME_KEY_CODE
}

impl<'a> KeyPress<'a> {
    fn new(key: &'a str, event: &KeyboardEvent) -> Self {
        Self {
            key,
            alt: event.alt_key(),
            shift: event.shift_key(),
            command: if is_apple() { event.meta_key() } else { event.ctrl_key() },
            ..Self::default()
        }
    }

    fn interpret(self, single_keys: bool) -> Option<PageKey> {
        if let Some(shortcut) = self.shortcut(single_keys) {
            return Some(PageKey::Shortcut(shortcut));
        }
        // Space scrolls, and presses buttons.
        let is_character = self.key != " " && self.key.chars().count() == 1;
        let types = is_character && !self.alt && !self.command && !self.in_field;
        types.then_some(PageKey::Character)
    }

    fn shortcut(self, single_keys: bool) -> Option<Shortcut> {
        let in_log =
            (self.in_log && !self.in_field).then(|| bindings::lookup(ShortcutScope::Log, &self)).flatten();
        let (chord, shortcut) = in_log.or_else(|| bindings::lookup(ShortcutScope::Page, &self))?;
        let is_allowed = !chord.is_single_character() || (single_keys && !self.in_field);
        // On a link or button, Enter presses it.
        let is_press = chord.key == "Enter" && !self.on_message;
        (is_allowed && !is_press).then_some(shortcut)
    }
}

fn is_within(target: Option<&EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_ref::<Element>());
    element.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

fn is(target: Option<&EventTarget>, selector: &str) -> bool {
    let element = target.and_then(|target| target.dyn_ref::<Element>());
    element.is_some_and(|element| element.matches(selector).unwrap_or(false))
}

fn is_open(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// Calls `take` for each key before anything else sees it; a key that it takes is lost for everything else. Never removed:
/// the page listens as long as it lives.
pub(crate) fn capture_keys(take: impl Fn(&KeyboardEvent) -> bool + 'static) {
    let listener = Closure::<dyn Fn(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if take(&event) {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    let callback = listener.as_ref().unchecked_ref();
    let _ = window().add_event_listener_with_callback_and_bool("keydown", callback, true);
    listener.forget();
}

/// Whether the keyboard is Apple's, which has Cmd for what others have Ctrl for.
#[cfg(feature = "hydrate")]
pub(crate) fn is_apple() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    ["Mac", "iPhone", "iPad"].iter().any(|apple| platform.starts_with(apple))
}

/// The server has no keyboard.
#[cfg(not(feature = "hydrate"))]
pub(crate) fn is_apple() -> bool {
    false
}

/// Returns the key. For a character of another script, returns the Latin one at the same place of the keyboard, so that
/// shortcuts work on every layout.
fn latin_key(event: &KeyboardEvent) -> String {
    let key = event.key();
    if key.is_ascii() || key.chars().count() != 1 {
        return key;
    }
    match event.code().as_str() {
        "Comma" => ",".to_owned(),
        "Slash" if event.shift_key() => "?".to_owned(),
        "Slash" => "/".to_owned(),
        code => code.strip_prefix("Key").map_or(key, str::to_lowercase),
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
        assert_eq!(k.shortcut(false), Some(Jump));
        assert_eq!(KeyPress { shift: true, ..k }.shortcut(true), None);
        let up = KeyPress { alt: true, in_field: true, ..key_press("ArrowUp") };
        assert_eq!(up.shortcut(false), Some(Step { forward: false, unread_only: false }));
        let down = KeyPress { key: "ArrowDown", shift: true, ..up };
        assert_eq!(down.shortcut(false), Some(Step { forward: true, unread_only: true }));
        assert_eq!(KeyPress { alt: false, ..down }.shortcut(true), None);
        let escape = KeyPress { in_field: true, ..key_press("Escape") };
        assert_eq!(escape.shortcut(false), Some(Newest));
        assert_eq!(KeyPress { shift: true, ..escape }.shortcut(false), Some(MarkAllRead));
    }

    #[test]
    fn letters_are_shortcuts_in_the_log_and_typed_text_elsewhere() {
        let r = key_press("r");
        let in_log = KeyPress { in_log: true, ..r };
        assert_eq!(in_log.interpret(true), Some(PageKey::Shortcut(Reply)));
        assert_eq!(KeyPress { key: "R", ..in_log }.interpret(true), Some(PageKey::Shortcut(Reply)));
        for typed in [r, KeyPress { key: "R", shift: true, ..in_log }, KeyPress { key: "x", ..in_log }] {
            assert_eq!(typed.interpret(true), Some(PageKey::Character), "{typed:?}");
        }
        assert_eq!(in_log.interpret(false), Some(PageKey::Character));
        for no in [
            KeyPress { in_field: true, ..in_log },
            KeyPress { command: true, ..in_log },
            KeyPress { key: "Shift", ..r },
            KeyPress { key: " ", ..r },
        ] {
            assert_eq!(no.interpret(true), None, "{no:?}");
        }
    }

    #[test]
    fn enter_opens_the_menu_of_a_message_and_presses_its_buttons() {
        let enter = KeyPress { in_log: true, ..key_press("Enter") };
        assert_eq!(KeyPress { on_message: true, ..enter }.shortcut(true), Some(Menu));
        assert_eq!(enter.shortcut(true), None);
    }
}
