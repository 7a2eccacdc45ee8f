use leptos::prelude::*;

use crate::{protocol::Name, timeline::Notice};

/// How many people a line names.
const NAMED: usize = 3;

/// Something that happened besides the log.
#[component]
pub(crate) fn NoticeRow(notice: Notice) -> impl IntoView {
    let (names, words) = match notice {
        Notice::Joined(names) => (people(&names), "joined".to_owned()),
        Notice::Left(names) => (people(&names), "left".to_owned()),
        Notice::CaughtUp(1) => (String::new(), "1 message came while you were away".to_owned()),
        Notice::CaughtUp(count) => (String::new(), format!("{count} messages came while you were away")),
    };
    view! {
        <li class="notice">
            <bdi>{names}</bdi>
            " "
            {words}
        </li>
    }
}

/// `Ann`, `Ann and Bob`, `Ann, Bob, Cid and 4 more`.
pub(super) fn people(names: &[Name]) -> String {
    let mut named: Vec<String> = names.iter().take(NAMED).map(Name::to_string).collect();
    if names.len() > NAMED {
        named.push(format!("{} more", names.len() - NAMED));
    }
    match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(names: &[&str]) -> String {
        people(&names.iter().map(|name| Name::parse(name).unwrap()).collect::<Vec<_>>())
    }

    #[test]
    fn a_line_names_three_and_counts_the_rest() {
        assert_eq!(said(&["Ann"]), "Ann");
        assert_eq!(said(&["Ann", "Bob"]), "Ann and Bob");
        assert_eq!(said(&["Ann", "Bob", "Cid"]), "Ann, Bob and Cid");
        assert_eq!(said(&["Ann", "Bob", "Cid", "Dot", "Eve"]), "Ann, Bob, Cid and 2 more");
    }
}
