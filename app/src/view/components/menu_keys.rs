//! The keys that move the focus within an open menu.

use leptos::{
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

use crate::browser::focus::is_rtl;

const BUTTONS: &str = ":enabled";
/// The buttons that ↑ and ↓ go to. Those beside another one are left out: ← and → go to them.
const ROWS: &str = ":enabled:not(.palette > .emoji ~ .emoji)";
const ITEMS: &str = "[role^=menuitem]:enabled";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    First,
    Last,
    Next,
    Back,
}

/// Focuses the first button.
pub(super) fn focus_first(menu: &Element) {
    step(menu, ROWS, Step::First);
}

/// Moves the focus as a key demands. Returns whether the menu knows the key.
pub(super) fn press(menu: &Element, key: &str) -> bool {
    match key {
        "Home" => step(menu, ROWS, Step::First),
        "End" => step(menu, ROWS, Step::Last),
        "ArrowDown" => step(menu, ROWS, Step::Next),
        "ArrowUp" => step(menu, ROWS, Step::Back),
        "ArrowRight" => step(menu, BUTTONS, if is_rtl() { Step::Back } else { Step::Next }),
        "ArrowLeft" => step(menu, BUTTONS, if is_rtl() { Step::Next } else { Step::Back }),
        key => return press_character(menu, key),
    }
    true
}

fn step(menu: &Element, stops: &str, step: Step) {
    let buttons = buttons(menu, stops);
    if let Some(button) = buttons.get(target(step, focused(&buttons), buttons.len())) {
        let _ = button.focus();
    }
}

/// Focuses the next item whose label begins with a character.
fn press_character(menu: &Element, key: &str) -> bool {
    let mut characters = key.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else { return false };
    let items = buttons(menu, ITEMS);
    let labels: Vec<String> = items.iter().map(|item| item.text_content().unwrap_or_default()).collect();
    let next = beginning_with(&labels, focused(&items), character);
    next.and_then(|next| items.get(next)).inspect(|item| drop(item.focus())).is_some()
}

fn buttons(menu: &Element, selector: &str) -> Vec<HtmlElement> {
    let all = menu.get_elements_by_tag_name("button");
    let matching = (0..all.length())
        .filter_map(|n| all.item(n))
        .filter(|button| button.matches(selector).unwrap_or(false));
    matching.filter_map(|button| button.dyn_into().ok()).collect()
}

fn focused(buttons: &[HtmlElement]) -> Option<usize> {
    let focused = document().active_element()?;
    buttons.iter().position(|button| **button == focused)
}

/// The index of the button that a step leads to, around the end. A focus that is beside the first button counts as on it.
fn target(step: Step, at: Option<usize>, count: usize) -> usize {
    let last = count.saturating_sub(1);
    match (step, at.unwrap_or(0)) {
        (Step::First, _) => 0,
        (Step::Last, _) => last,
        (Step::Next, at) if at < last => at + 1,
        (Step::Next, _) => 0,
        (Step::Back, at) => at.checked_sub(1).unwrap_or(last),
    }
}

/// The index of the next label behind `at`, around the end, that begins with a character in either case.
fn beginning_with(labels: &[String], at: Option<usize>, character: char) -> Option<usize> {
    let begins = |label: &str| {
        label
            .trim_start()
            .chars()
            .next()
            .is_some_and(|first| first.to_lowercase().eq(character.to_lowercase()))
    };
    let start = at.map_or(0, |at| at + 1);
    let mut order = (0..labels.len()).map(|n| (start + n) % labels.len());
    order.find(|n| labels.get(*n).is_some_and(|label| begins(label)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_wrap_around_at_both_ends() {
        for (step, at, to) in [
            (Step::First, Some(2), 0),
            (Step::Last, Some(0), 2),
            (Step::Next, Some(0), 1),
            (Step::Next, Some(2), 0),
            (Step::Back, Some(1), 0),
            (Step::Back, Some(0), 2),
            (Step::Next, None, 1),
            (Step::Back, None, 2),
        ] {
            assert_eq!(target(step, at, 3), to, "{step:?} {at:?}");
        }
        for step in [Step::First, Step::Last, Step::Next, Step::Back] {
            assert_eq!(target(step, None, 0), 0, "{step:?} in an empty menu");
        }
    }

    #[test]
    fn a_character_goes_to_the_next_label_that_begins_with_it() {
        let labels = ["Reply", " Copy link", "Copy text", "Älter"].map(str::to_owned);
        for (at, character, found) in [
            (None, 'c', Some(1)),
            (Some(1), 'C', Some(2)),
            (Some(2), 'c', Some(1)),
            (Some(1), 'r', Some(0)),
            (Some(0), 'ä', Some(3)),
            (Some(3), 'ä', Some(3)),
            (Some(0), 'x', None),
            (None, ' ', None),
        ] {
            assert_eq!(beginning_with(&labels, at, character), found, "{at:?} {character:?}");
        }
        assert_eq!(beginning_with(&[], Some(1), 'a'), None);
    }
}
