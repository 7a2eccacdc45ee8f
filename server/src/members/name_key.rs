//! Keys for comparing names. Names that look the same, or differ only in case, have the same key.

use app::protocol::is_invisible;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_security::skeleton;

/// Folds a name for comparison: its case, compatibility forms (NFKC), invisible characters, runs of spaces (of which a page shows one), and
/// confusable characters (UTS #39). ASCII characters are not replaced, since the table of UTS #39 treats `m` and `rn` as confusable.
pub fn name_key(name: &str) -> String {
    let folded: String = folded_case(name).nfd().filter(|&c| !is_invisible(c)).collect();
    let words: Vec<String> =
        folded.split_whitespace().map(|word| word.chars().map(prototype).collect()).collect();
    words.join(" ").to_lowercase().nfkc().collect()
}

/// The distinct keys by which a name is looked up: the current one first, then those of earlier versions, which are still stored for members
/// who have not been back since.
pub fn name_keys(name: &str) -> Vec<String> {
    let mut keys = vec![name_key(name)];
    for earlier in [confusable_key(name), plain_key(name)] {
        if !keys.contains(&earlier) {
            keys.push(earlier);
        }
    }
    keys
}

/// Folds case as Unicode's full case folding does: `STRASSE` is `Straße`, and the final sigma is a sigma. The dot of the Turkish capital
/// `İ` goes, since a small `i` has it anyway.
fn folded_case(name: &str) -> String {
    let lower: String = plain_key(name).nfd().collect();
    lower.replace("i\u{307}", "i").replace('ß', "ss").replace('ς', "σ")
}

/// Returns the text that a character looks like. Capital and small letters of a script may look like different letters (`В` like `B`, `в`
/// like no Latin letter): where only one of the two looks like an ASCII letter, both mean that one, since names differ by more than case.
fn prototype(c: char) -> String {
    let looks_like = |c: char| skeleton(c.encode_utf8(&mut [0; 4])).collect::<String>();
    if c.is_ascii() || is_combining_mark(c) {
        return c.to_string();
    }
    let small = looks_like(c);
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(capital), None) if capital != c && !small.is_ascii() => {
            Some(looks_like(capital)).filter(|capital| capital.is_ascii()).unwrap_or(small)
        }
        _ => small,
    }
}

/// The key of version 0.2, which compares confusable characters in lower case only.
fn confusable_key(name: &str) -> String {
    let prototype = |c: char| match c.is_ascii() || is_combining_mark(c) {
        true => vec![c],
        false => skeleton(c.encode_utf8(&mut [0; 4])).collect(),
    };
    let visible: String = plain_key(name).nfd().filter(|&c| !is_invisible(c)).flat_map(prototype).collect();
    visible.to_lowercase().nfkc().collect()
}

/// The key of version 0.1, without confusable characters.
fn plain_key(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
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
    fn each_case_of_two_names_is_told_apart_or_not() {
        for row in include_str!("../../../app/tests/cases/lookalikes.tsv").lines().skip(1) {
            let columns: Vec<&str> = row.split('\t').collect();
            let [one, other] =
                [columns[0], columns[1]].map(|name| serde_json::from_str::<String>(name).unwrap());
            let answer = if name_key(&one) == name_key(&other) { "same" } else { "different" };
            assert_eq!(answer, columns[2], "{row}: {:?} {:?}", name_key(&one), name_key(&other));
        }
    }

    #[test]
    fn confusable_characters_of_other_scripts_have_the_same_key() {
        for name in ["\u{410}nn", "\u{391}nn", "A\u{200b}nn", "A\u{200d}nn", "An\u{ad}n", "\u{1d400}nn"] {
            assert_eq!(name_key(name), "ann", "{name:?}");
        }
        assert_eq!(name_key("❤\u{fe0f}"), name_key("❤"));
        assert_eq!(name_key("Ann\u{2800}"), "ann");
        assert_ne!(name_key("Tom"), name_key("Torn"));
        assert_ne!(name_key("עדה"), name_key("Ada"));
        for name in ["Анна", "Ζωή", "עדה", "آنا", "安娜", "👩‍👩‍👧‍👦"] {
            assert_eq!(name_key(&name_key(name)), name_key(name), "{name}");
        }
    }

    #[test]
    fn keys_of_earlier_versions_are_looked_up_too() {
        assert_eq!(name_keys("Ann"), ["ann"]);
        assert_eq!(name_keys("Вера")[1..], ["ʙepa", "вера"]);
        assert_eq!(name_keys("Ann  B"), ["ann b", "ann  b"]);
    }
}
