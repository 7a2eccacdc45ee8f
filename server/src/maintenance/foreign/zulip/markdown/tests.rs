use super::*;

#[test]
fn texts_become_markdown() {
    let realm = Realm::example();
    for (text, markdown) in [
        ("**bold** *it* ~~gone~~ [a](https://a.example)", "**bold** *it* ~~gone~~ [a](https://a.example)"),
        ("@**Ann Lee** @**Ann Lee|11** @**Old|12**", "@Ann Lee @Ann Lee @Bob"),
        ("@_**Bob** @**all** @*makers*", "Bob @all @makers"),
        ("#**tea** #**tea>green** a@b #1 @ **x**", "#tea #tea>green a@b #1 @ **x**"),
        ("`@**Bob**` @**Bob**", "`@**Bob**` @Bob"),
        ("a ` @**Bob**", "a ` @Bob"),
        ("```quote\n@**Bob**\n```\nyes", "> @Bob\nyes"),
        ("````quote\n```quote\na\n```\nb\n````", "> > a\n> b"),
        ("```spoiler Ends\nwell\n```", "> Ends\n> well"),
        ("```py\n@**Bob**\n```", "```py\n@**Bob**\n```"),
        ("~~~ quote\na", "> a"),
    ] {
        assert_eq!(MarkdownConverter::new(&realm).markdown(text), markdown, "{text}");
    }
}

#[test]
fn a_silent_mention_notifies_nobody() {
    let realm = Realm::example();
    let mut converter = MarkdownConverter::new(&realm);
    converter.markdown("@_**Ann Lee** and @**Bob**");
    assert_eq!(converter.mentions, [realm.known_person(12).unwrap().clone()]);
}
