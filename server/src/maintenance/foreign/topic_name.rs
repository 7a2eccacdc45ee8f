//! Names for the topics of an import.

use app::protocol::TopicName;

/// Returns the names to try for a channel, the best first. `id` makes a name of a channel whose title has no letter for one.
pub(super) fn candidates(title: &str, id: &str) -> impl Iterator<Item = TopicName> {
    let exact = title.parse::<TopicName>().ok();
    let base = exact.or_else(|| TopicName::from_title(title)).or_else(|| TopicName::from_title(id));
    let base = base.map_or_else(|| "imported".to_owned(), String::from);
    (1_u64..).filter_map(move |number| numbered(&base, number))
}

/// `tea`, `tea-2`, `tea-3`; a long name is cut.
fn numbered(base: &str, number: u64) -> Option<TopicName> {
    if number == 1 {
        return base.parse().ok();
    }
    let suffix = format!("-{number}");
    let kept = base.get(..TopicName::MAX_LENGTH.checked_sub(suffix.len())?).unwrap_or(base);
    format!("{kept}{suffix}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_the_channel_or_close_to_it() {
        let first = |title: &str, count: usize| {
            let names = candidates(title, "zulip 7").take(count).map(String::from);
            names.collect::<Vec<_>>()
        };
        assert_eq!(first("a_b.c-d", 3), ["a_b.c-d", "a_b.c-d-2", "a_b.c-d-3"]);
        assert_eq!(first("Tea > Grün & Black", 1), ["tea-grun-black"]);
        assert_eq!(first("茶", 2), ["zulip-7", "zulip-7-2"]);
        let long = "x".repeat(80);
        assert_eq!(first(&long, 2), ["x".repeat(64), format!("{}-2", "x".repeat(62))]);
        assert_eq!(candidates("", "").take(1).map(String::from).collect::<Vec<_>>(), ["imported"]);
    }
}
