//! Normalises reactions to the fully-qualified spelling of their emoji, with U+FE0F where Unicode has it: earlier versions stored
//! both spellings, and showed two entries for one emoji. Also queues all messages for indexing, since words are folded in another
//! way now; the server indexes them in the background, as after `m0006_search`.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

use crate::statements::index_again;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Variation selector 16.
const EMOJI_PRESENTATION: char = '\u{fe0f}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const KEYCAP: char = '\u{20e3}';

/// Emoji that are shown as text without [`EMOJI_PRESENTATION`] (Unicode 16: Emoji, and not Emoji_Presentation).
const TEXTUAL: &str = "\
    ©®‼⁉™ℹ↔↕↖↗↘↙↩↪⌨⏏⏭⏮⏯⏱⏲⏸⏹⏺Ⓜ▪▫▶◀◻◼☀☁☂☃☄☎☑☘☝☠☢☣☦☪☮☯☸☹☺♀♂♟♠♣♥♦♨♻♾\
    ⚒⚔⚕⚖⚗⚙⚛⚜⚠⚧⚰⚱⛈⛏⛑⛓⛩⛰⛱⛴⛷⛸⛹✂✈✉✌✍✏✒✔✖✝✡✳✴❄❇❣❤➡⤴⤵⬅⬆⬇〰〽㊗㊙🅰🅱🅾🅿🈂🈷🌡🌤🌥🌦\
    🌧🌨🌩🌪🌫🌬🌶🍽🎖🎗🎙🎚🎛🎞🎟🏋🏌🏍🏎🏔🏕🏖🏗🏘🏙🏚🏛🏜🏝🏞🏟🏳🏵🏷🐿👁📽🕉🕊🕯🕰🕳🕴🕵🕶🕷🕸🕹🖇🖊🖋🖌🖍🖐🖥🖨🖱🖲🖼🗂\
    🗃🗄🗑🗒🗓🗜🗝🗞🗡🗣🗨🗯🗳🗺🛋🛍🛎🛏🛠🛡🛢🛣🛤🛥🛩🛰🛳";

/// Copies reactions from one spelling to the other. If a person has both, the later event remains.
const FOLD: &str = "INSERT INTO reaction (topic_id, message, emoji, \"user\", name, seq) \
    SELECT topic_id, message, $2, \"user\", name, seq FROM reaction WHERE emoji = $1 \
    ON CONFLICT (topic_id, message, emoji, \"user\") DO UPDATE SET seq = excluded.seq, name = excluded.name \
    WHERE excluded.seq > reaction.seq";
const DELETE: &str = "DELETE FROM reaction WHERE emoji = $1";
/// Kinds 5 and 6 are added and removed reactions.
const SPELLINGS: &str =
    "SELECT emoji FROM reaction UNION SELECT body AS emoji FROM event WHERE kind IN (5, 6)";
/// Removes a reaction that was removed later in the log, so that a client that applies the events arrives at the same reactions.
const REMOVE: &str = "DELETE FROM reaction WHERE (topic_id, message, emoji, \"user\") = \
    (SELECT topic_id, message, body, author FROM event WHERE topic_id = $1 AND seq = $2) AND seq < $2";

/// A stored spelling, and the fully-qualified one.
type Pair = (String, String);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pairs = other_spellings(manager).await?;
        for (old, full) in &pairs {
            run(manager, FOLD, [old.into(), full.into()]).await?;
            run(manager, DELETE, [old.into()]).await?;
        }
        if !pairs.is_empty() {
            rewrite_events(manager, &pairs).await?;
            remove_reactions(manager, &pairs).await?;
        }
        index_again(manager).await
    }

    /// Earlier versions can read the fully-qualified spelling, so nothing has to be undone.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}

async fn other_spellings(manager: &SchemaManager<'_>) -> Result<Vec<Pair>, DbErr> {
    let all = Statement::from_string(manager.get_database_backend(), SPELLINGS);
    let rows = manager.get_connection().query_all_raw(all).await?;
    let all: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get("", "emoji")).collect();
    Ok(all?
        .into_iter()
        .map(|old| (fully_qualified(&old), old))
        .filter(|(full, old)| full != old)
        .map(|(full, old)| (old, full))
        .collect())
}

/// Rewrites the emoji in events. The fingerprints are deleted, since they belong to the old spelling: without one, a repeated
/// request still counts as a retry.
async fn rewrite_events(manager: &SchemaManager<'_>, pairs: &[Pair]) -> Result<(), DbErr> {
    let nothing = match manager.get_database_backend() {
        DbBackend::Postgres => "''::bytea",
        _ => "x''",
    };
    let rows: Vec<String> = (0..pairs.len()).map(|n| format!("(${}, ${})", 2 * n + 1, 2 * n + 2)).collect();
    let update = format!(
        "UPDATE event SET body = spelling.column2, fingerprint = {nothing} FROM (VALUES {}) AS spelling \
         WHERE event.kind IN (5, 6) AND event.body = spelling.column1",
        rows.join(", ")
    );
    run(manager, &update, pairs.iter().flat_map(|(old, full)| [old.into(), full.into()])).await
}

/// Removes reactions that were later removed in the other spelling.
async fn remove_reactions(manager: &SchemaManager<'_>, pairs: &[Pair]) -> Result<(), DbErr> {
    let marks: Vec<String> = (1..=pairs.len()).map(|n| format!("${n}")).collect();
    let events = format!("SELECT topic_id, seq FROM event WHERE kind = 6 AND body IN ({})", marks.join(", "));
    let values = pairs.iter().map(|(_, full)| full.into());
    let events = Statement::from_sql_and_values(manager.get_database_backend(), events, values);
    for event in manager.get_connection().query_all_raw(events).await? {
        let position: [i64; 2] = [event.try_get("", "topic_id")?, event.try_get("", "seq")?];
        run(manager, REMOVE, position.map(Value::from)).await?;
    }
    Ok(())
}

async fn run(
    manager: &SchemaManager<'_>,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), DbErr> {
    let statement = Statement::from_sql_and_values(manager.get_database_backend(), sql, values);
    manager.get_connection().execute_raw(statement).await?;
    Ok(())
}

/// Returns the fully-qualified spelling of an emoji.
fn fully_qualified(emoji: &str) -> String {
    let bare: String = emoji.chars().filter(|&c| c != EMOJI_PRESENTATION).collect();
    let parts: Vec<String> = bare.split(ZERO_WIDTH_JOINER).map(qualify_part).collect();
    parts.join("\u{200d}")
}

fn qualify_part(part: &str) -> String {
    let mut chars = part.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(c), None, _) if TEXTUAL.contains(c) => format!("{c}{EMOJI_PRESENTATION}"),
        (Some(c), Some(KEYCAP), None) => format!("{c}{EMOJI_PRESENTATION}{KEYCAP}"),
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stored_spelling_becomes_fully_qualified() {
        for line in include_str!("../../server/src/markup/emoji_list.txt").lines() {
            let bare: String = line.chars().filter(|&c| c != EMOJI_PRESENTATION).collect();
            assert_eq!(fully_qualified(&bare), line);
            assert_eq!(fully_qualified(line), line);
        }
        for text in ["👍🏽", "🕵🏽\u{200d}♂\u{fe0f}", "5€", ""] {
            assert_eq!(fully_qualified(text), text);
        }
        assert_eq!(fully_qualified("🕵\u{fe0f}🏽\u{200d}♂"), "🕵🏽\u{200d}♂\u{fe0f}");
    }
}
