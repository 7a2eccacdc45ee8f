//! The examples and limits of `docs/MARKUP.md`.

use super::*;

const DOCUMENT: &str = include_str!("../../../../docs/MARKUP.md");
const MEMBERS: [&str; 3] = ["Ann", "Ann (she/her)", "_cid_"];

#[test]
fn every_example_of_the_documentation_is_rendered_as_shown() {
    let mut typed = Vec::new();
    let mut examples = 0;
    for line in DOCUMENT.lines() {
        if let Some(text) = line.strip_prefix("typed  ") {
            typed.push(text.replace('⏎', "\n").replace('¦', "\u{200b}"));
        } else if let Some(shown) = line.strip_prefix("shown  ") {
            assert!(!typed.is_empty(), "{shown}: no typed text before it");
            for body in typed.drain(..) {
                let html = render(&body, &mentioned(&body))
                    .map_or("as typed".to_owned(), |html| without_usual_attributes(&html));
                assert_eq!(html, shown, "{body}");
                examples += 1;
            }
        }
    }
    assert!(examples > 60 && typed.is_empty(), "{examples}");
}

/// The members of the examples whom a text mentions, looked up as the chat does: names are compared without case.
fn mentioned(body: &str) -> Vec<MentionedPerson> {
    let names = candidate_names(body).into_iter();
    let members = MEMBERS.map(str::to_lowercase);
    names.filter(|name| members.contains(&name.to_lowercase())).map(|name| person(ANN, &name)).collect()
}

#[test]
fn quotes_and_lists_nest_ten_levels_deep() {
    let quotes = html(&("> ".repeat(11) + "tea"));
    assert_eq!(quotes.matches("<blockquote").count(), 10);
    assert!(quotes.contains("<p>&gt; tea</p>"), "{quotes}");
    let lines: Vec<String> = (0..11).map(|depth| "  ".repeat(depth) + "- tea").collect();
    let lists = html(&lines.join("\n"));
    assert_eq!(lists.matches("<ul").count(), 10);
    assert!(lists.contains("<li>tea<br>- tea</li>"), "{lists}");
}

#[test]
fn an_address_has_at_most_2048_bytes() {
    let address = |bytes: usize| {
        let begin = "https://tea.example/";
        begin.to_owned() + &"a".repeat(bytes - begin.len())
    };
    assert!(html(&address(2_048)).contains("<a "));
    assert_eq!(render(&address(2_049), &[]), None);
    let link = |bytes: usize| format!("[tea]({})", address(bytes));
    assert!(html(&link(2_048)).contains(">tea</a>"));
    assert!(!render(&link(2_049), &[]).unwrap_or_default().contains("</a>"));
}

#[test]
fn a_message_mentions_at_most_twenty_people() {
    let body: String = (10..31).map(|number| format!("@Ann{number}\n")).collect();
    let people: Vec<_> = candidate_names(&body).iter().map(|name| person(ANN, name)).collect();
    let html = render(&body, &people).unwrap();
    assert_eq!(html.matches("data-user").count(), 20);
    assert!(html.contains("@Ann29<") && html.contains("<br>@Ann30</p>"), "{html}");
}

/// A mention of `Ann` has 83 bytes of HTML with the space after it.
#[test]
fn a_message_with_eight_times_as_much_html_is_shown_as_typed() {
    let mentions = |times: usize| render(&"@Ann ".repeat(times), &[person(ANN, "Ann")]);
    assert!(mentions(90).is_some_and(|html| html.len() > 83 * 90));
    assert_eq!(mentions(100), None);
}

/// Removes the attributes that every such element has.
fn without_usual_attributes(html: &str) -> String {
    let mention = format!(" data-user=\"{ANN}\"");
    let usual = [
        " dir=\"auto\"",
        " dir=\"ltr\"",
        " tabindex=\"0\"",
        " target=\"_blank\"",
        " rel=\"noopener noreferrer nofollow ugc\"",
        &mention,
    ];
    let html = usual.iter().fold(html.to_owned(), |html, usual| html.replace(usual, ""));
    html.replace("<div class=\"table\">", "")
        .replace("</div>", "")
        .replace('\n', "⏎")
        .replace('\u{200b}', "¦")
}
