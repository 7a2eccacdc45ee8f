use leptos::prelude::*;

use crate::{
    browser::preferences::Preferences,
    erased::{Erase, reactive},
    i18n::{Language, fill, language},
    model::timeline::Notice,
    protocol::Name,
};

/// The number of people that a notice names.
const MAX_NAMES: usize = 3;

/// A notice in the log that is not an event, for example who joined.
#[component]
pub(crate) fn NoticeRow(notice: Notice) -> impl IntoView {
    let language = language();
    let texts = language.log();
    let preferences = Preferences::from_context();
    let is_presence = matches!(notice, Notice::Presence { .. });
    let is_wanted = move || !is_presence || preferences.get().presence;
    let text = match notice {
        Notice::Presence { joined, left } => presence(language, &joined, &left),
        Notice::About(name, title) if title.is_empty() => fill(texts.title_removed, name.as_str()),
        Notice::About(name, title) => fill(&fill(texts.title_set, name.as_str()), &title),
        Notice::CaughtUp(count) => texts.missed.format(language, count),
    };
    view! {
        <li class="notice" hidden=reactive(move || !is_wanted())>
            {text}
        </li>
    }
    .erased()
}

/// `Ann joined · Bob left`
fn presence(language: Language, joined: &[Name], left: &[Name]) -> String {
    let texts = language.log();
    let parts =
        [(joined, texts.joined), (left, texts.left)].into_iter().filter(|(names, _)| !names.is_empty());
    parts
        .map(|(names, text)| text.replacen("{}", &people(language, names), 1))
        .collect::<Vec<_>>()
        .join(" · ")
}

/// `Ann`, `Ann and Bob`, `Ann, Bob, Cid and 4 more`.
pub(super) fn people(language: Language, names: &[Name]) -> String {
    let texts = language.log();
    // In right-to-left text, a mark makes the template non-ASCII, so that `fill` isolates left-to-right names too.
    let around = if language.direction() == "rtl" { "\u{200f}{}" } else { "{}" };
    let mut named: Vec<String> =
        names.iter().take(MAX_NAMES).map(|name| fill(around, name.as_str())).collect();
    if names.len() > MAX_NAMES {
        named.push(texts.more_people.format(language, (names.len() - MAX_NAMES) as u64));
    }
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {} {last}", rest.join(", "), texts.and),
        _ => named.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people_text(names: &[&str]) -> String {
        people(Language::En, &names.iter().map(|name| Name::parse(name).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn a_notice_names_three_people_and_counts_the_rest() {
        assert_eq!(people_text(&["Ann"]), "Ann");
        assert_eq!(people_text(&["Ann", "Bob"]), "Ann and Bob");
        assert_eq!(people_text(&["Ann", "Bob", "Cid"]), "Ann, Bob and Cid");
        assert_eq!(people_text(&["Ann", "Bob", "Cid", "Dot", "Eve"]), "Ann, Bob, Cid and 2 more");
    }
}
