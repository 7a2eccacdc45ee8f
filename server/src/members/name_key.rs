//! Keys for comparing names. Names that look the same have the same key.

use app::protocol::is_invisible;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::skeleton;

/// Folds a name for comparison: its case, compatibility forms (NFKC), invisible characters, and confusable characters (UTS #39).
/// ASCII characters are not replaced, since the table of UTS #39 treats `m` and `rn` as confusable.
pub fn name_key(name: &str) -> String {
    let visible =
        legacy_name_key(name).nfd().filter(|&c| !is_invisible(c)).flat_map(prototype).collect::<String>();
    visible.to_lowercase().nfkc().collect()
}

/// The key as earlier versions made it. It is still stored for members who have not been back since.
pub fn legacy_name_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// The characters that a confusable character looks like.
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
    fn names_that_look_the_same_have_the_same_key() {
        for name in ["ann smith", "Ann Smith", "ＡＮＮ Smith", "ANN\u{a0}SMITH"] {
            assert_eq!(name_key(name), "ann smith", "{name}");
        }
        assert_eq!(name_key("Zoe\u{308}"), name_key("ZOË"));
        assert_ne!(name_key("Zoë"), name_key("Zoe"));
    }

    #[test]
    fn confusable_characters_of_other_scripts_have_the_same_key() {
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
