//! Names as they are compared: by what one sees of them.

use app::protocol::is_invisible;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::skeleton;

/// A name without what does not count when it is looked for: its case, how its characters are written (NFKC), those that show
/// nothing, and which of the characters that look alike it has (UTS #39). ASCII stands for itself: there, the table takes `m`
/// for `rn`.
pub fn name_key(name: &str) -> String {
    let seen =
        earlier_name_key(name).nfd().filter(|&c| !is_invisible(c)).flat_map(prototype).collect::<String>();
    seen.to_lowercase().nfkc().collect()
}

/// The key of a member who has not been back since keys were made so.
pub fn earlier_name_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The characters that one stands for that looks like them.
fn prototype(c: char) -> Vec<char> {
    if c.is_ascii() || is_combining_mark(c) {
        return vec![c];
    }
    skeleton(c.encode_utf8(&mut [0; 4])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        for name in ["ann smith", "Ann Smith", "ＡＮＮ Smith", "ANN\u{a0}SMITH"] {
            assert_eq!(name_key(name), "ann smith", "{name}");
        }
        assert_eq!(name_key("Zoe\u{308}"), name_key("ZOË"));
        assert_ne!(name_key("Zoë"), name_key("Zoe"));
    }

    #[test]
    fn characters_of_other_scripts_that_look_alike_are_the_same() {
        for name in ["\u{410}nn", "\u{391}nn", "A\u{200b}nn", "A\u{200d}nn", "An\u{ad}n", "\u{1d400}nn"] {
            assert_eq!(name_key(name), "ann", "{name:?}");
        }
        assert_ne!(name_key("Tom"), name_key("Torn"));
        assert_ne!(name_key("עדה"), name_key("Ada"));
        for name in ["Анна", "Ζωή", "עדה", "آنا", "安娜", "👩‍👩‍👧‍👦"] {
            assert_eq!(name_key(&name_key(name)), name_key(name), "{name}");
        }
    }
}
