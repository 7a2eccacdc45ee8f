//! The emoji that the page suggests, with their common names. Others can be typed, or written as `:name:` in a message, because the
//! server knows all of them.

/// Emoji and their names, the most likely first.
pub const EMOJI: &[(&str, &str)] = &[
    ("👍", "thumbsup"),
    ("👎", "thumbsdown"),
    ("❤️", "heart"),
    ("😂", "joy"),
    ("🎉", "tada"),
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
    ("💯", "100"),
    ("🔥", "fire"),
    ("✨", "sparkles"),
    ("⭐", "star"),
    ("🌟", "star2"),
    ("💥", "boom"),
    ("💡", "bulb"),
    ("✅", "white_check_mark"),
    ("❌", "x"),
    ("❓", "question"),
    ("❗", "exclamation"),
    ("⚠️", "warning"),
    ("🚀", "rocket"),
    ("🐛", "bug"),
    ("🔧", "wrench"),
    ("🔒", "lock"),
    ("🔑", "key"),
    ("📌", "pushpin"),
    ("📎", "paperclip"),
    ("📝", "memo"),
    ("📅", "date"),
    ("⏰", "alarm_clock"),
    ("☕", "coffee"),
    ("🍕", "pizza"),
    ("🍰", "cake"),
    ("🍺", "beer"),
    ("🍎", "apple"),
    ("🌈", "rainbow"),
    ("☀️", "sunny"),
    ("🌙", "crescent_moon"),
    ("❄️", "snowflake"),
    ("🌱", "seedling"),
    ("🌹", "rose"),
    ("🐱", "cat"),
    ("🐶", "dog"),
    ("🦀", "crab"),
    ("🐧", "penguin"),
    ("🦄", "unicorn"),
    ("⚽", "soccer"),
    ("🎵", "musical_note"),
    ("🎁", "gift"),
    ("🏆", "trophy"),
    ("🏠", "house"),
    ("🚲", "bike"),
    ("🚗", "car"),
    ("✈️", "airplane"),
    ("🌍", "earth_africa"),
    ("🤍", "white_heart"),
    ("💔", "broken_heart"),
    ("💙", "blue_heart"),
    ("💚", "green_heart"),
    ("💛", "yellow_heart"),
    ("👑", "crown"),
];

/// Returns the emoji whose name contains `part`; those that start with it first.
pub fn named(part: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let part = part.to_lowercase();
    let (begin, hold): (Vec<_>, Vec<_>) = EMOJI
        .iter()
        .copied()
        .filter(|(_, name)| name.contains(&part))
        .partition(|(_, name)| name.starts_with(&part));
    begin.into_iter().chain(hold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Emoji;

    #[test]
    fn each_emoji_is_a_valid_reaction_with_a_unique_name() {
        let mut names: Vec<_> = EMOJI.iter().map(|(_, name)| name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), EMOJI.len());
        assert!(EMOJI.iter().all(|(picture, _)| Emoji::try_from((*picture).to_owned()).is_ok()));
    }

    #[test]
    fn names_that_start_with_the_text_come_first() {
        let found: Vec<_> = named("heart").map(|(_, name)| name).collect();
        assert_eq!(found[..2], ["heart", "heart_eyes"]);
        assert!(found.contains(&"broken_heart"));
    }
}
