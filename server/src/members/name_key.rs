//! Names as they are compared.

use unicode_normalization::UnicodeNormalization;

/// A name without what does not count when it is looked for: its case, and how its characters are written (NFKC).
pub fn name_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
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
}
