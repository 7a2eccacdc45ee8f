//! Mentions.

use super::*;

#[test]
fn known_names_after_an_at_sign_are_mentions() {
    let ann = ANN;
    let other = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e";
    assert_eq!(line("@Ann, hi"), mention(ann, "@Ann") + ", hi");
    assert_eq!(line("(@ann's)"), format!("({}'s)", mention(ann, "@ann")));
    assert_eq!(
        line("@Ann Lee and @小明你好"),
        mention(other, "@Ann Lee") + " and " + &mention(other, "@小明") + "你好"
    );
    assert_eq!(line("`@Ann` @Anna *@Bob*"), "<code>@Ann</code> @Anna <em>@Bob</em>");
    assert_eq!(line("[@Ann](https://a.example)"), link("https://a.example", "@Ann"));
    assert_eq!(html(&"@Ann ".repeat(30)).matches("data-user").count(), 30);
}

#[test]
fn candidate_names_end_at_each_word() {
    assert_eq!(candidate_names("hi"), [""; 0]);
    assert_eq!(candidate_names("@Ann"), ["Ann"]);
    assert_eq!(candidate_names("@Ann, hi"), ["Ann", "Ann,", "Ann, hi"]);
    assert_eq!(candidate_names("x@y.z a@ @ b https://f/@g"), [""; 0]);
    assert_eq!(candidate_names("@Ann  Lee's"), ["Ann", "Ann  Lee", "Ann  Lee'", "Ann  Lee's"]);
    assert_eq!(candidate_names("@a-b.c_d"), ["a-", "a-b.", "a-b.c_", "a-b.c_d"]);
    assert_eq!(candidate_names("@小明你"), ["小", "小明", "小明你"]);
    let many: String = (0..100).map(|n| format!("@n{n}\n")).collect();
    assert_eq!(candidate_names(&many).len(), 20);
    let spaceless = "@小".to_owned() + &"明".repeat(100);
    assert_eq!(candidate_names(&spaceless).len(), 64);
}

#[test]
fn a_part_of_a_longer_name_is_no_mention() {
    let known = [person(ANN, "Ann"), person(ANN, "👩")];
    for body in [
        "@Anna",
        "@Ann-Marie",
        "@Ann_b",
        "@Ann.Lee",
        "@Ann’Neil",
        "@Ann\u{301}",
        "@👩\u{200d}🚀",
        "@👩🏽",
        "a@Ann",
        "@@Ann",
    ] {
        assert!(render(body, &known).is_none_or(|html| !html.contains("data-user")), "{body}");
    }
    for body in [
        "@Ann's",
        "@Ann’ll",
        "@Ann.",
        "@Ann-",
        "@Ann你",
        "你@Ann",
        "(@Ann)",
        "@Ann!",
        "*@Ann*",
        "@👩!",
        "@👩",
    ] {
        assert!(render(body, &known).is_some_and(|html| html.contains("data-user")), "{body}");
    }
}

#[test]
fn a_slash_separates_mentions() {
    let other = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e";
    assert_eq!(
        line("@Ann/@Ann Lee/@小明"),
        [mention(ANN, "@Ann"), mention(other, "@Ann Lee"), mention(other, "@小明")].join("/")
    );
    let people = people();
    for body in
        ["@Ann https://f.example/@小明", "@Ann x/@小明", "@Ann //@小明", "@Ann/x/@小明", "@Ann/\n/@小明"]
    {
        assert_eq!(render(body, &people).unwrap().matches("data-user").count(), 1, "{body}");
    }
    assert_eq!(candidate_names("@A/@B"), ["A", "A/", "A/@", "A/@B", "B"]);
    assert_eq!(candidate_names("f/@B"), [""; 0]);
    assert_eq!(candidate_names(&format!("@{}/@B", "x".repeat(300))), [""; 0]);
}

#[test]
fn a_name_wins_over_markup_within_it() {
    for name in [
        "_cid_",
        "Bo🌸",
        "Ann (she/her)",
        "one two three four five",
        "[x](https://a.example)",
        "`x`",
        "a\\b",
        "*",
    ] {
        let body = format!("@{name} _so_");
        let html = render(&body, &[person(ANN, name)]).unwrap();
        let mut escaped = String::new();
        escape_html::escape_html(&format!("@{name}"), &mut escaped);
        assert_eq!(html, format!("<p dir=\"auto\">{} <em>so</em></p>", mention(ANN, &escaped)));
    }
}

#[test]
fn mentions_of_an_earlier_version_are_kept() {
    let earlier = format!("<p dir=\"auto\">{} <em>7</em></p>", mention(ANN, "@Ann &amp; Bo"));
    let html = rerender("@Ann & Bo 7*6*5", Some(&earlier)).unwrap();
    assert_eq!(html, format!("<p dir=\"auto\">{} 7*6*5</p>", mention(ANN, "@Ann &amp; Bo")));
    assert_eq!(rerender("+ 1", Some("<ul><li>1</li></ul>")), None);
    assert_eq!(rerender("@Ann", None), None);
}

#[test]
fn a_person_on_another_server_is_no_mention() {
    for body in ["@Ann@social.example", "hi @Ann@a.b!"] {
        assert!(!html_or_text(body).contains("mention"), "{body}");
    }
    for body in ["@Ann@", "@Ann@Bob", "@Ann@home."] {
        assert!(
            html_or_text(body).starts_with(&format!("<p dir=\"auto\">{}", mention(ANN, "@Ann"))),
            "{body}"
        );
    }
}

fn html_or_text(body: &str) -> String {
    render(body, &known(body)).unwrap_or_else(|| body.to_owned())
}
