//! Reactions: a single emoji of Unicode's list, in its fully-qualified spelling.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use app::protocol::{Emoji, EmojiError};

/// A line for each emoji, fully qualified (UTS #51) and without skin tones.
const LIST: &str = include_str!("emoji_list.txt");
/// The characters that can have a skin tone.
const TONED: &str = include_str!("emoji_toned.txt");

/// Variation selector 16: requests the emoji presentation of a character that can also be text.
const EMOJI_PRESENTATION: char = '\u{fe0f}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// The fully-qualified spellings, by the spelling without [`EMOJI_PRESENTATION`].
static FULLY_QUALIFIED: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| LIST.lines().map(|emoji| (without_presentation(emoji), emoji)).collect());
/// The characters of emoji, without those of keycaps (`#`, `1`).
static CHARS: LazyLock<HashSet<char>> =
    LazyLock::new(|| LIST.chars().filter(|c| !c.is_ascii() && *c != ZERO_WIDTH_JOINER).collect());
static TAKES_TONE: LazyLock<HashSet<char>> = LazyLock::new(|| TONED.trim_end().chars().collect());

/// Returns the fully-qualified spelling, so that an emoji with and without [`EMOJI_PRESENTATION`] is the same reaction.
///
/// Errors: the text is not exactly one emoji.
pub fn normalize_reaction(emoji: &Emoji) -> Result<Emoji, EmojiError> {
    let bare = without_presentation(emoji.as_str());
    let plain: String = bare.chars().filter(|&c| !is_tone(c)).collect();
    let full = FULLY_QUALIFIED.get(&plain).ok_or(EmojiError)?;
    if plain.len() == bare.len() {
        return Emoji::try_from((*full).to_owned());
    }
    let parts: Option<Vec<String>> = bare.split(ZERO_WIDTH_JOINER).map(qualify_part).collect();
    Emoji::try_from(parts.ok_or(EmojiError)?.join("\u{200d}"))
}

/// Qualifies a part of an emoji with a skin tone. Returns `None` if the tone follows a character that cannot have one. A tone
/// implies the emoji presentation, so no selector is needed.
fn qualify_part(part: &str) -> Option<String> {
    let mut chars = part.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(base), Some(tone), None) if is_tone(tone) => {
            TAKES_TONE.contains(&base).then(|| part.to_owned())
        }
        _ if part.chars().any(is_tone) => None,
        _ => Some(FULLY_QUALIFIED.get(part).map_or(part, |full| *full).to_owned()),
    }
}

/// Whether a character is part of an emoji.
pub(super) fn is_in_emoji(c: char) -> bool {
    CHARS.contains(&c)
}

fn without_presentation(emoji: &str) -> String {
    emoji.chars().filter(|&c| c != EMOJI_PRESENTATION).collect()
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(text: &str) -> Option<String> {
        let emoji = Emoji::try_from(text.to_owned()).ok()?;
        normalize_reaction(&emoji).ok().map(String::from)
    }

    #[test]
    fn the_list_is_unicodes_with_every_skin_tone() {
        for emoji in emojis::iter() {
            let tones = emoji.skin_tones().into_iter().flatten().map(emojis::Emoji::as_str);
            for text in tones.chain([emoji.as_str()]) {
                assert_eq!(
                    normalized(text).as_deref(),
                    Some(text),
                    "emoji_list.txt or emoji_toned.txt is out of date"
                );
                assert_eq!(normalized(&without_presentation(text)).as_deref(), Some(text), "without U+FE0F");
            }
        }
    }

    #[test]
    fn each_case_of_the_table_is_accepted_or_refused() {
        for line in include_str!("../../../app/tests/cases/emoji.tsv").lines().skip(1) {
            let mut columns = line.split('\t');
            let text = columns.next().unwrap();
            let expected = columns.next().unwrap();
            // Invisible characters are written as code points before the text.
            let text = text.split_once(" '").map_or(text.to_owned(), |(codes, _)| spelled(codes));
            assert_eq!(normalized(&text).is_some(), expected == "200", "{line}");
        }
    }

    fn spelled(codes: &str) -> String {
        let code = |code: &str| char::from_u32(u32::from_str_radix(code.strip_prefix("U+")?, 16).ok()?);
        codes.split(' ').map(|text| code(text).unwrap()).collect()
    }

    #[test]
    fn a_text_that_is_not_exactly_one_emoji_is_refused() {
        for text in ["🏽", "👍🏽🏽", "🚀🏽", "👍\u{200d}👎", "🇩", "1", "👍\u{fe0f}👍", "🏴\u{e0067}"]
        {
            assert_eq!(normalized(text), None, "{text:?}");
        }
    }
}
