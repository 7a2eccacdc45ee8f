use super::*;
use crate::{
    model::fixtures,
    protocol::{Name, UserId},
};

fn found(topic: &str, title: &str) -> FoundTopic {
    FoundTopic { topic: topic.parse().unwrap(), title: title.to_owned() }
}

fn membership(topic: &str, title: &str, unread: u64, mentions: u64, follow: Follow) -> Membership {
    let title = title.to_owned();
    Membership { title, messages: 10, seen: 10 - unread, mentions, ..fixtures::membership(topic, follow) }
}

fn person(number: u128, name: &str) -> Person {
    Person { user: UserId(uuid::Uuid::from_u128(number)), name: Name::parse(name).unwrap() }
}

fn candidates() -> Candidates {
    let follows =
        |topic, title, unread, mentions| membership(topic, title, unread, mentions, Follow::Following);
    Candidates {
        memberships: vec![
            follows("cafe", "Café Größe", 0, 0),
            follows("design", "", 3, 0),
            membership("noise", "All the noise", 5, 0, Follow::Muted),
            follows("lobby", "The lobby", 9, 0),
            follows("releases", "Code releases", 2, 1),
        ],
        current: found("lobby", "The lobby"),
        found: Vec::new(),
        is_answer: true,
        people: vec![person(1, "Zoë Redes"), person(2, "Desi")],
    }
}

/// The names of topics, `@` and the names of people, and `?` and what would be searched for.
fn listed(text: &str, candidates: &Candidates) -> String {
    let shown = |choice: SwitcherChoice| match choice {
        SwitcherChoice::Topic(topic) => topic.found.topic.to_string(),
        SwitcherChoice::Person(person) => format!("@{}", person.name.as_str()),
        SwitcherChoice::Search(text) => format!("?{text}"),
    };
    choices(text, candidates).into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

#[test]
fn without_a_text_unread_topics_come_first_and_the_current_one_last() {
    assert_eq!(listed("  ", &candidates()), "releases, design, cafe, noise, lobby");
    let elsewhere = Candidates { current: found("garden", ""), ..candidates() };
    assert_eq!(listed("", &elsewhere), "releases, design, lobby, cafe, noise, garden");
}

#[test]
fn a_text_finds_topics_by_name_and_title_then_people_then_messages() {
    for (text, right) in [
        ("ca", "cafe, ?ca"),
        ("CAFÉ", "cafe, ?CAFÉ"),
        ("cafe\u{301}", "cafe, ?cafe\u{301}"),
        ("grosse", "cafe, ?grosse"),
        ("gr ca", "cafe, ?gr ca"),
        ("the", "lobby, noise, ?the"),
        ("es", "releases, design, @Zoë Redes, @Desi, ?es"),
        ("de", "design, releases, @Desi, @Zoë Redes, ?de"),
        ("zoe r", "@Zoë Redes, ?zoe r"),
        ("nowhere", "?nowhere"),
        ("#de", "design, releases, ?#de"),
        ("@de", "@Desi, @Zoë Redes, ?@de"),
        ("@", "@Zoë Redes, @Desi, ?@"),
        ("#", "releases, design, cafe, noise, lobby, ?#"),
        ("lease code", "releases, ?lease code"),
    ] {
        assert_eq!(listed(text, &candidates()), right, "{text:?}");
    }
}

#[test]
fn topics_that_are_not_followed_come_after_those_that_are() {
    let found = vec![
        // Its description has the word.
        found("fish", ""),
        found("bulb", "A lobe"),
        found("lob", ""),
        found("lobby", "The lobby"),
    ];
    let candidates = Candidates { found, current: self::found("lobster", ""), ..candidates() };
    assert_eq!(listed("lob", &candidates), "lobby, lobster, lob, bulb, fish, ?lob");
    assert_eq!(listed("lobe", &candidates), "lobby, bulb, fish, lob, ?lobe");
    let late = Candidates { is_answer: false, ..candidates };
    assert_eq!(listed("lobe", &late), "bulb, ?lobe");
}

#[test]
fn words_of_other_scripts_are_found_without_their_marks() {
    let titles =
        [("a", "مُحَادَثَةٌ عامّة"), ("b", "Ελλάδα"), ("c", "Ёлка"), ("d", "日本語の部屋"), ("e", "أخبار")];
    let memberships = titles.map(|(topic, title)| membership(topic, title, 0, 0, Follow::Following)).to_vec();
    let candidates = Candidates { memberships, people: Vec::new(), ..candidates() };
    for (text, right) in
        [("محادثة", "a"), ("عامة", "a"), ("ελλαδα", "b"), ("елка", "c"), ("部屋", "d"), ("اخبار", "e")]
    {
        assert_eq!(listed(text, &candidates), format!("{right}, ?{text}"));
    }
}

#[test]
fn a_row_keeps_its_key_when_its_counts_change() {
    let keys = |unread| {
        let memberships = vec![membership("tea", "", unread, 0, Follow::Following)];
        let all = choices("t", &Candidates { memberships, ..candidates() });
        all.iter().map(SwitcherChoice::key).collect::<Vec<_>>()
    };
    assert_eq!(keys(0), keys(4));
    assert_eq!(keys(0).first().map(String::as_str), Some("topic-tea"));
    assert_eq!(keys(0).last().map(String::as_str), Some("search"));
}
