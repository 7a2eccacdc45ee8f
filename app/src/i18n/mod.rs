//! The texts of the page, in every language.
//!
//! `texts` declares one struct for each area (composer, settings, …); each language has a file with one value of every struct,
//! so a missing text does not compile. A text with a number is a [`Plural`]; a text with another variable part has a
//! `{}`, which [`fill`] replaces. Components call `language().composer().save`.
//!
//! "A fourth language" in docs/ARCHITECTURE.md lists what a new language needs, also what the compiler does not ask for.

mod ago;
mod ar;
mod de;
mod en;
mod language;
mod plural;
mod refusal;
mod text_error;
mod texts;

pub use ago::ago;
pub use language::Language;
pub use plural::Plural;
pub use texts::{AdminTexts, FormErrorTexts, ShortcutTexts, TopicTexts};

use leptos::prelude::use_context;

use texts::*;

/// Returns the language of this page.
pub fn language() -> Language {
    use_context().unwrap_or_default()
}

/// Replaces the `{}` of a text. Non-ASCII values are isolated (U+2068 … U+2069), because a name of another writing
/// direction could reorder the rest of the line.
pub fn fill(text: &str, with: &str) -> String {
    if text.is_ascii() && with.is_ascii() {
        return text.replacen("{}", with, 1);
    }
    text.replacen("{}", &format!("\u{2068}{with}\u{2069}"), 1)
}

/// Generates a method of [`Language`] for each area.
macro_rules! areas {
    ($($method:ident: $texts:ident = $value:ident;)*) => {
        impl Language {
            $(pub fn $method(self) -> &'static $texts {
                match self {
                    Self::En => &en::$value,
                    Self::De => &de::$value,
                    Self::Ar => &ar::$value,
                }
            })*
        }
    };
}

areas! {
    topic: TopicTexts = TOPIC;
    log: LogTexts = LOG;
    composer: ComposerTexts = COMPOSER;
    refusals: RefusalTexts = REFUSALS;
    actions: ActionTexts = ACTIONS;
    lazy: LazyTexts = LAZY;
    search: SearchTexts = SEARCH;
    settings: SettingsTexts = SETTINGS;
    switcher: SwitcherTexts = SWITCHER;
    shortcuts: ShortcutTexts = SHORTCUTS;
    directory: DirectoryTexts = DIRECTORY;
    pager: PagerTexts = PAGER;
    ago: AgoTexts = AGO;
    access: AccessTexts = ACCESS;
    owner: OwnerTexts = OWNER;
    admin: AdminTexts = ADMIN;
    form_errors: FormErrorTexts = FORM_ERRORS;
}
