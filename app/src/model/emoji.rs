//! The emoji that the page suggests, with their common names. Others can be typed, or written as `:name:` in a message, because the
//! server knows all of them.

/// An emoji and its name.
pub type Named = (&'static str, &'static str);

/// The emoji in groups. The page has a heading for each.
pub const GROUPS: [&[Named]; 7] = [SMILEYS, PEOPLE, NATURE, FOOD, ACTIVITIES, OBJECTS, SYMBOLS];

/// The number of recent emoji that are kept.
const MAX_RECENT: usize = 16;

/// The most likely ones, the most likely first. They are in the groups as well.
const LIKELY: &[Named] = &[
    ("👍", "thumbsup"),
    ("👎", "thumbsdown"),
    ("❤️", "heart"),
    ("😂", "joy"),
    ("🎉", "tada"),
    ("😮", "open_mouth"),
    ("😢", "cry"),
];

const SMILEYS: &[Named] = &[
    ("😂", "joy"),
    ("😮", "open_mouth"),
    ("😢", "cry"),
    ("😀", "grinning"),
    ("😃", "smiley"),
    ("😄", "smile"),
    ("😁", "grin"),
    ("😆", "laughing"),
    ("😅", "sweat_smile"),
    ("🤣", "rofl"),
    ("🙂", "slightly_smiling_face"),
    ("🙃", "upside_down_face"),
    ("😉", "wink"),
    ("😊", "blush"),
    ("😇", "innocent"),
    ("🥰", "smiling_face_with_three_hearts"),
    ("😍", "heart_eyes"),
    ("😘", "kissing_heart"),
    ("😋", "yum"),
    ("😜", "stuck_out_tongue_winking_eye"),
    ("🤪", "zany_face"),
    ("🤗", "hugs"),
    ("🤔", "thinking"),
    ("🤨", "raised_eyebrow"),
    ("😐", "neutral_face"),
    ("😑", "expressionless"),
    ("😏", "smirk"),
    ("🙄", "roll_eyes"),
    ("😬", "grimacing"),
    ("😌", "relieved"),
    ("😴", "sleeping"),
    ("🤒", "face_with_thermometer"),
    ("🤯", "exploding_head"),
    ("🥳", "partying_face"),
    ("😎", "sunglasses"),
    ("🤓", "nerd_face"),
    ("😕", "confused"),
    ("😟", "worried"),
    ("🙁", "slightly_frowning_face"),
    ("😳", "flushed"),
    ("🥺", "pleading_face"),
    ("😨", "fearful"),
    ("😭", "sob"),
    ("😱", "scream"),
    ("😤", "triumph"),
    ("😡", "rage"),
    ("💀", "skull"),
    ("💩", "poop"),
    ("👻", "ghost"),
    ("🤖", "robot"),
];

const PEOPLE: &[Named] = &[
    ("👍", "thumbsup"),
    ("👎", "thumbsdown"),
    ("👋", "wave"),
    ("✋", "raised_hand"),
    ("👌", "ok_hand"),
    ("✌️", "v"),
    ("🤞", "crossed_fingers"),
    ("👉", "point_right"),
    ("👈", "point_left"),
    ("👆", "point_up_2"),
    ("👇", "point_down"),
    ("👏", "clap"),
    ("🙌", "raised_hands"),
    ("🙏", "pray"),
    ("🤝", "handshake"),
    ("💪", "muscle"),
    ("👀", "eyes"),
    ("🧠", "brain"),
    ("🤷", "shrug"),
    ("🤦", "facepalm"),
];

const NATURE: &[Named] = &[
    ("☀️", "sunny"),
    ("🌈", "rainbow"),
    ("🌙", "crescent_moon"),
    ("❄️", "snowflake"),
    ("🔥", "fire"),
    ("⭐", "star"),
    ("🌟", "star2"),
    ("✨", "sparkles"),
    ("🌱", "seedling"),
    ("🌹", "rose"),
    ("🐱", "cat"),
    ("🐶", "dog"),
    ("🦀", "crab"),
    ("🐧", "penguin"),
    ("🦄", "unicorn"),
    ("🐛", "bug"),
    ("🌍", "earth_africa"),
];

const FOOD: &[Named] = &[("☕", "coffee"), ("🍕", "pizza"), ("🍰", "cake"), ("🍺", "beer"), ("🍎", "apple")];

const ACTIVITIES: &[Named] = &[
    ("🎉", "tada"),
    ("🎁", "gift"),
    ("🏆", "trophy"),
    ("⚽", "soccer"),
    ("🎵", "musical_note"),
    ("🚀", "rocket"),
    ("✈️", "airplane"),
    ("🚗", "car"),
    ("🚲", "bike"),
    ("🏠", "house"),
];

const OBJECTS: &[Named] = &[
    ("💡", "bulb"),
    ("🔧", "wrench"),
    ("🔒", "lock"),
    ("🔑", "key"),
    ("📌", "pushpin"),
    ("📎", "paperclip"),
    ("📝", "memo"),
    ("📅", "date"),
    ("⏰", "alarm_clock"),
    ("👑", "crown"),
];

const SYMBOLS: &[Named] = &[
    ("❤️", "heart"),
    ("🤍", "white_heart"),
    ("💙", "blue_heart"),
    ("💚", "green_heart"),
    ("💛", "yellow_heart"),
    ("💔", "broken_heart"),
    ("💯", "100"),
    ("💥", "boom"),
    ("✅", "white_check_mark"),
    ("❌", "x"),
    ("❓", "question"),
    ("❗", "exclamation"),
    ("⚠️", "warning"),
];

/// Returns all emoji in the order of their groups.
pub fn all() -> impl Iterator<Item = Named> {
    GROUPS.into_iter().flatten().copied()
}

/// Returns the emoji whose name contains `part`: those that start with it first, and the most likely before the others.
pub fn named(part: &str) -> impl Iterator<Item = Named> {
    let part = part.to_lowercase();
    let others = all().filter(|named| !LIKELY.contains(named));
    let (begin, hold): (Vec<_>, Vec<_>) = LIKELY
        .iter()
        .copied()
        .chain(others)
        .filter(|(_, name)| name.contains(&part))
        .partition(|(_, name)| name.starts_with(&part));
    begin.into_iter().chain(hold)
}

/// Returns the recent emoji of a stored text, the latest first. Ignores what the page does not suggest.
pub fn recent(stored: &str) -> Vec<&'static str> {
    let known = |picture: &str| all().map(|(known, _)| known).find(|known| *known == picture);
    stored.split(' ').filter_map(known).take(MAX_RECENT).collect()
}

/// Returns the text to store once an emoji was used.
pub fn with_recent(stored: &str, picture: &str) -> String {
    let mut text = picture.to_owned();
    for other in recent(stored).into_iter().filter(|other| *other != picture).take(MAX_RECENT - 1) {
        text.push(' ');
        text.push_str(other);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Emoji;

    #[test]
    fn each_emoji_is_a_valid_reaction_with_a_unique_name() {
        let mut names: Vec<_> = all().map(|(_, name)| name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(all().all(|(picture, _)| Emoji::try_from(picture.to_owned()).is_ok()));
        assert!(LIKELY.iter().all(|named| all().any(|other| other == *named)));
    }

    #[test]
    fn names_that_start_with_the_text_come_first_and_likely_ones_before_others() {
        let found: Vec<_> = named("heart").map(|(_, name)| name).collect();
        assert_eq!(found[..2], ["heart", "heart_eyes"]);
        assert!(found.contains(&"broken_heart"));
        assert_eq!(named("").take(2).map(|(_, name)| name).collect::<Vec<_>>(), ["thumbsup", "thumbsdown"]);
    }

    #[test]
    fn the_latest_emoji_come_first_once_each_and_not_too_many() {
        assert_eq!(recent(""), [""; 0]);
        assert_eq!(recent("🚀 nothing 👍"), ["🚀", "👍"]);
        assert_eq!(with_recent("", "👍"), "👍");
        assert_eq!(with_recent("🚀 👍 ☕", "👍"), "👍 🚀 ☕");
        let stored = all().fold(String::new(), |stored, (picture, _)| with_recent(&stored, picture));
        assert_eq!(recent(&stored).len(), MAX_RECENT);
        assert_eq!(recent(&stored).first(), all().last().map(|(picture, _)| picture).as_ref());
    }
}
