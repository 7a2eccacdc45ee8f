//! What the page says, in every language it speaks: one file an area, all languages side by side in it, so that none can
//! lack a text.
//!
//! `text!` in an area's file makes a struct of texts and one of its values a language. Texts with a number are
//! [`Counted`]; texts with a name or the like hold a `{}` where it goes ([`fill`]).

mod actions;
mod ago;
mod composer;
mod counted;
mod directory;
mod doors;
mod language;
mod log;
mod problem;
mod reading;
mod refusals;
mod search;
mod settings;
mod topic;

pub use ago::ago;
pub use counted::Counted;
pub use language::Language;
pub use refusals::Refusals;

use leptos::prelude::use_context;

/// The language of this page.
pub fn language() -> Language {
    use_context().unwrap_or_default()
}

/// A text with its `{}` filled, isolated where a name of another direction could turn the line around.
pub fn fill(text: &str, with: &str) -> String {
    if text.is_ascii() && with.is_ascii() {
        return text.replacen("{}", with, 1);
    }
    text.replacen("{}", &format!("\u{2068}{with}\u{2069}"), 1)
}

/// An area's texts: a struct, its values by language, and how a language finds its own.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident, $area:ident { $($field:ident: $kind:ty = $en:expr, $de:expr, $ar:expr;)* }) => {
        $(#[$doc])*
        pub struct $name { $(pub $field: $kind,)* }

        static EN: $name = $name { $($field: $en,)* };
        static DE: $name = $name { $($field: $de,)* };
        static AR: $name = $name { $($field: $ar,)* };

        impl crate::i18n::Language {
            $(#[$doc])*
            pub fn $area(self) -> &'static $name {
                match self {
                    Self::En => &EN,
                    Self::De => &DE,
                    Self::Ar => &AR,
                }
            }
        }
    };
}
pub(crate) use texts;
