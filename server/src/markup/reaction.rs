//! What one can react with: exactly one emoji of Unicode's list, in one spelling.

use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use app::protocol::{Emoji, EmojiError};

/// One emoji a line, spelled in full (UTS #51, fully-qualified), without skin tones.
const LIST: &str = include_str!("emoji_list.txt");
/// The characters that take a skin tone.
const TONED: &str = include_str!("emoji_toned.txt");

/// Asks for a picture where a character could be text as well.
const PICTURE: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';

/// How each is spelled in full, by its spelling without [`PICTURE`].
static EMOJI: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| LIST.lines().map(|emoji| (bare(emoji), emoji)).collect());
static TAKES_TONE: LazyLock<HashSet<char>> = LazyLock::new(|| TONED.trim_end().chars().collect());

/// The one emoji that a text is, spelled in full: with [`PICTURE`] or without, it is the same reaction.
pub fn reaction(emoji: &Emoji) -> Result<Emoji, EmojiError> {
    let bare = bare(emoji.as_str());
    let plain: String = bare.chars().filter(|&c| !is_tone(c)).collect();
    let full = EMOJI.get(&plain).ok_or(EmojiError)?;
    if plain.len() == bare.len() {
        return Emoji::try_from((*full).to_owned());
    }
    let parts: Option<Vec<String>> = bare.split(JOINER).map(toned).collect();
    Emoji::try_from(parts.ok_or(EmojiError)?.join("\u{200d}"))
}

/// A part of an emoji, spelled in full. A tone stands after what takes one, and makes it a picture.
fn toned(part: &str) -> Option<String> {
    let mut chars = part.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(base), Some(tone), None) if is_tone(tone) => {
            TAKES_TONE.contains(&base).then(|| part.to_owned())
        }
        _ if part.chars().any(is_tone) => None,
        _ => Some(EMOJI.get(part).map_or(part, |full| *full).to_owned()),
    }
}

/// The spelling without [`PICTURE`].
fn bare(emoji: &str) -> String {
    emoji.chars().filter(|&c| c != PICTURE).collect()
}

fn is_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        let emoji = Emoji::try_from(text.to_owned()).ok()?;
        reaction(&emoji).ok().map(String::from)
    }

    #[test]
    fn the_list_is_unicodes_with_every_skin_tone() {
        for emoji in emojis::iter() {
            let tones = emoji.skin_tones().into_iter().flatten().map(emojis::Emoji::as_str);
            for text in tones.chain([emoji.as_str()]) {
                assert_eq!(
                    of(text).as_deref(),
                    Some(text),
                    "emoji_list.txt or emoji_toned.txt is out of date"
                );
                assert_eq!(of(&bare(text)).as_deref(), Some(text), "without U+FE0F");
            }
        }
    }

    #[test]
    fn each_case_has_its_answer() {
        for line in include_str!("../../../app/tests/cases/emoji.tsv").lines().skip(1) {
            let mut columns = line.split('\t');
            let (text, right) = (columns.next().unwrap(), columns.next().unwrap());
            // What shows nothing is written out before it.
            let text = text.split_once(" '").map_or(text.to_owned(), |(codes, _)| spelled(codes));
            assert_eq!(of(&text).is_some(), right == "200", "{line}");
        }
    }

    fn spelled(codes: &str) -> String {
        let code = |code: &str| char::from_u32(u32::from_str_radix(code.strip_prefix("U+")?, 16).ok()?);
        codes.split(' ').map(|text| code(text).unwrap()).collect()
    }

    #[test]
    fn what_is_no_one_emoji_is_none() {
        for text in ["🏽", "👍🏽🏽", "🚀🏽", "👍\u{200d}👎", "🇩", "1", "👍\u{fe0f}👍", "🏴\u{e0067}"]
        {
            assert_eq!(of(text), None, "{text:?}");
        }
    }
}
