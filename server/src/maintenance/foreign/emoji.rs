//! Reactions of another chat.

use app::protocol::Emoji;

use crate::markup::{normalize_reaction, shortcodes};

/// Slack numbers skin tones from 2 to 6, after the types of the Fitzpatrick scale.
const TONES: [(&str, char); 5] = [
    ("skin-tone-2", '\u{1f3fb}'),
    ("skin-tone-3", '\u{1f3fc}'),
    ("skin-tone-4", '\u{1f3fd}'),
    ("skin-tone-5", '\u{1f3fe}'),
    ("skin-tone-6", '\u{1f3ff}'),
];
/// The distance from a letter to its regional indicator. Two of these are a flag.
const INDICATOR_OFFSET: u32 = '\u{1f1e6}' as u32 - 'a' as u32;

/// Returns the emoji of a name as chats use it between colons: `thumbsup`, `+1::skin-tone-3`, `flag-de`. `None` for names of a
/// single chat, as custom emoji have.
pub(super) fn emoji_named(name: &str) -> Option<Emoji> {
    let (base, tone) = name.split_once("::").unwrap_or((name, ""));
    let plain = find(base)?;
    let tone = TONES.iter().find(|(name, _)| *name == tone).map(|(_, tone)| *tone);
    let toned = tone.and_then(|tone| normalized(&toned(plain.as_str(), tone)));
    Some(toned.unwrap_or(plain))
}

/// Returns the emoji of Unicode's numbers: `1f44d`, `1f1e9-1f1ea`.
pub(super) fn emoji_coded(code: &str) -> Option<Emoji> {
    let chars = code.split('-').map(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?));
    normalized(&chars.collect::<Option<String>>()?)
}

fn find(name: &str) -> Option<Emoji> {
    let underscored = name.replace('-', "_");
    let neutral = underscored.replacen("female_", "woman_", 1).replacen("male_", "man_", 1);
    [name, &underscored, &neutral].into_iter().find_map(shortcode).or_else(|| flag(name))
}

fn shortcode(name: &str) -> Option<Emoji> {
    let text = format!(":{name}:");
    let (emoji, range) = shortcodes(&text).next()?;
    if range.len() == text.len() { normalized(emoji) } else { None }
}

fn flag(name: &str) -> Option<Emoji> {
    let letters = name.strip_prefix("flag-").filter(|country| country.len() == 2)?;
    let indicator = |c: char| char::from_u32(c as u32 + INDICATOR_OFFSET).filter(|_| c.is_ascii_lowercase());
    normalized(&letters.chars().map(indicator).collect::<Option<String>>()?)
}

/// A tone stands behind the first character, and instead of a selector for its presentation.
fn toned(emoji: &str, tone: char) -> String {
    let mut chars = emoji.chars();
    let first = chars.next();
    let rest = chars.as_str();
    let rest = rest.strip_prefix('\u{fe0f}').unwrap_or(rest);
    first.into_iter().chain([tone]).chain(rest.chars()).collect()
}

fn normalized(text: &str) -> Option<Emoji> {
    normalize_reaction(&Emoji::try_from(text.to_owned()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_of_other_chats_are_emoji() {
        let named = |name: &str| emoji_named(name).map(String::from);
        for (name, emoji) in [
            ("thumbsup", "👍"),
            ("+1", "👍"),
            ("+1::skin-tone-3", "👍\u{1f3fc}"),
            ("tada::skin-tone-3", "🎉"),
            ("flag-de", "🇩🇪"),
            ("heart", "❤\u{fe0f}"),
        ] {
            assert_eq!(named(name).as_deref(), Some(emoji), "{name}");
        }
        for name in ["", "party-parrot", "flag-xx1", "a:tada:b", "flag-XX"] {
            assert_eq!(named(name), None, "{name}");
        }
        let coded = |code: &str| emoji_coded(code).map(String::from);
        assert_eq!(coded("1f44d").as_deref(), Some("👍"));
        assert_eq!(coded("1f1e9-1f1ea").as_deref(), Some("🇩🇪"));
        assert_eq!((coded("zulip"), coded(""), coded("41")), (None, None, None));
    }
}
