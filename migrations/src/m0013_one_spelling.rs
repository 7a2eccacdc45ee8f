//! One spelling for one thing. A reaction is stored as its emoji is spelled in full, with U+FE0F where Unicode has it: earlier
//! versions stored both spellings, and showed two entries for one emoji. Messages are put into the index once more, since their
//! words are folded in another way; the server does that while it serves, as after `m0006_search`.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const PICTURE: char = '\u{fe0f}';
const JOINER: char = '\u{200d}';
const KEY: char = '\u{20e3}';

/// Emoji that are text without [`PICTURE`] (Unicode 16: Emoji, and not Emoji_Presentation).
const TEXTUAL: &str = "\
    ©®‼⁉™ℹ↔↕↖↗↘↙↩↪⌨⏏⏭⏮⏯⏱⏲⏸⏹⏺Ⓜ▪▫▶◀◻◼☀☁☂☃☄☎☑☘☝☠☢☣☦☪☮☯☸☹☺♀♂♟♠♣♥♦♨♻♾\
    ⚒⚔⚕⚖⚗⚙⚛⚜⚠⚧⚰⚱⛈⛏⛑⛓⛩⛰⛱⛴⛷⛸⛹✂✈✉✌✍✏✒✔✖✝✡✳✴❄❇❣❤➡⤴⤵⬅⬆⬇〰〽㊗㊙🅰🅱🅾🅿🈂🈷🌡🌤🌥🌦\
    🌧🌨🌩🌪🌫🌬🌶🍽🎖🎗🎙🎚🎛🎞🎟🏋🏌🏍🏎🏔🏕🏖🏗🏘🏙🏚🏛🏜🏝🏞🏟🏳🏵🏷🐿👁📽🕉🕊🕯🕰🕳🕴🕵🕶🕷🕸🕹🖇🖊🖋🖌🖍🖐🖥🖨🖱🖲🖼🗂\
    🗃🗄🗑🗒🗓🗜🗝🗞🗡🗣🗨🗯🗳🗺🛋🛍🛎🛏🛠🛡🛢🛣🛤🛥🛩🛰🛳";

/// A person with both spellings keeps the later one's event.
const FOLD: &str = "INSERT INTO reaction (topic_id, message, emoji, \"user\", name, seq) \
    SELECT topic_id, message, $2, \"user\", name, seq FROM reaction WHERE emoji = $1 \
    ON CONFLICT (topic_id, message, emoji, \"user\") DO UPDATE SET seq = excluded.seq, name = excluded.name \
    WHERE excluded.seq > reaction.seq";
const FORGET: &str = "DELETE FROM reaction WHERE emoji = $1";
/// Of kinds 5 (a reaction) and 6 (a reaction taken back).
const SPELLINGS: &str =
    "SELECT emoji FROM reaction UNION SELECT body AS emoji FROM event WHERE kind IN (5, 6)";
/// The log has the last word: a client that applies its events must come to the same reactions.
const TAKE_BACK: &str = "DELETE FROM reaction WHERE (topic_id, message, emoji, \"user\") = \
    (SELECT topic_id, message, body, author FROM event WHERE topic_id = $1 AND seq = $2) AND seq < $2";

/// A spelling that is stored, and the full one.
type Pair = (String, String);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pairs = other_spellings(manager).await?;
        for (old, full) in &pairs {
            run(manager, FOLD, [old.into(), full.into()]).await?;
            run(manager, FORGET, [old.into()]).await?;
        }
        if !pairs.is_empty() {
            rewrite_events(manager, &pairs).await?;
            take_back(manager, &pairs).await?;
        }
        manager.get_connection().execute_unprepared(&fill_all(manager.get_database_backend())).await?;
        Ok(())
    }

    /// Earlier versions read the full spelling too.
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
        .map(|old| (in_full(&old), old))
        .filter(|(full, old)| full != old)
        .map(|(full, old)| (old, full))
        .collect())
}

/// The fingerprint is of the old spelling: without it, a retry of the old request is still a retry.
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

/// Removes reactions that were taken back in the other spelling later.
async fn take_back(manager: &SchemaManager<'_>, pairs: &[Pair]) -> Result<(), DbErr> {
    let marks: Vec<String> = (1..=pairs.len()).map(|n| format!("${n}")).collect();
    let events = format!("SELECT topic_id, seq FROM event WHERE kind = 6 AND body IN ({})", marks.join(", "));
    let values = pairs.iter().map(|(_, full)| full.into());
    let events = Statement::from_sql_and_values(manager.get_database_backend(), events, values);
    for event in manager.get_connection().query_all_raw(events).await? {
        let place: [i64; 2] = [event.try_get("", "topic_id")?, event.try_get("", "seq")?];
        run(manager, TAKE_BACK, place.map(Value::from)).await?;
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

/// SQLite's index holds messages up to `indexed`; the others come by themselves.
fn fill_all(backend: DbBackend) -> String {
    let until = if backend == DbBackend::Sqlite { "indexed" } else { "head" };
    format!(
        "INSERT INTO search_fill (topic_id, seq, until) SELECT id, 0, {until} FROM topic WHERE {until} > 0 \
         ON CONFLICT (topic_id) DO UPDATE SET seq = 0, until = excluded.until"
    )
}

/// An emoji with [`PICTURE`] wherever its full spelling has it.
fn in_full(emoji: &str) -> String {
    let bare: String = emoji.chars().filter(|&c| c != PICTURE).collect();
    let parts: Vec<String> = bare.split(JOINER).map(part_in_full).collect();
    parts.join("\u{200d}")
}

fn part_in_full(part: &str) -> String {
    let mut chars = part.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(c), None, _) if TEXTUAL.contains(c) => format!("{c}{PICTURE}"),
        (Some(c), Some(KEY), None) => format!("{c}{PICTURE}{KEY}"),
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_emoji_is_spelled_in_full_whatever_was_stored() {
        for line in include_str!("../../server/src/markup/emoji_list.txt").lines() {
            let bare: String = line.chars().filter(|&c| c != PICTURE).collect();
            assert_eq!(in_full(&bare), line);
            assert_eq!(in_full(line), line);
        }
        for text in ["👍🏽", "🕵🏽\u{200d}♂\u{fe0f}", "5€", ""] {
            assert_eq!(in_full(text), text);
        }
        assert_eq!(in_full("🕵\u{fe0f}🏽\u{200d}♂"), "🕵🏽\u{200d}♂\u{fe0f}");
    }
}
