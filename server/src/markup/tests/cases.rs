//! Texts that people typed in other chats, with the expected results: the tables in `server/tests/cases`.

use app::protocol::plain_text;
use unicode_normalization::UnicodeNormalization;

use super::*;

const MARKUP: &str = include_str!("../../../tests/cases/markup.tsv");
const LINKS: &str = include_str!("../../../tests/cases/links.tsv");
const MENTIONS: &str = include_str!("../../../tests/cases/mentions.tsv");

/// The input and expected result of each line.
fn cases(table: &'static str) -> impl Iterator<Item = (String, &'static str)> {
    table.lines().skip(1).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?.replace('⏎', "\n"), columns.next()?))
    })
}

/// The texts of all tables whose inputs are used as they are.
pub(super) fn all() -> impl Iterator<Item = (String, &'static str)> {
    cases(MARKUP).chain(cases(LINKS))
}

/// Returns the visible text and its HTML, which is empty if the text contains no markup.
fn visible(body: &str) -> (String, String) {
    match render(body, &[]) {
        Some(html) => (plain_text(&html), html),
        None => (body.trim_end().to_owned(), String::new()),
    }
}

#[test]
fn each_text_of_the_table_is_rendered_as_expected() {
    let mut wrong = Vec::new();
    for (body, right) in cases(MARKUP) {
        let body = match body.strip_prefix("table, then ") {
            Some(_) => "|a|b|\n|-|-|\n|1|2|\nthanks".to_owned(),
            None => body,
        };
        let (text, html) = visible(&body);
        if !is_right(&body, right, &text, &html) {
            wrong.push(format!("{body:?}\n  {right}\n  {text:?}\n  {html}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn is_right(body: &str, right: &str, text: &str, html: &str) -> bool {
    let (answer, kind) = right.split_once(" [").unwrap_or((right, ""));
    let words = |from: &str| from.split(|c: char| !c.is_alphanumeric()).all(|word| text.contains(word));
    let quoted = || answer.split('"').skip(1).step_by(2);
    match answer {
        _ if kind.starts_with("entity") => html.is_empty() || words(body),
        _ if answer.starts_with("as typed") => text == body,
        _ if kind.starts_with("line under") => !html.contains("<h") && words(body),
        "the sign as typed" | "the sign is seen" | "the numbers that were typed" | "three lines alike" => {
            text == body
        }
        "text, no code block" => text == body,
        "every word shown" | "every word seen" => words(body),
        "a block with its lines and indents, no stray backticks, no empty box" => {
            html.contains("<pre") && !html.contains("<code></code>") && !html.contains('`') && words(body)
        }
        "one link, text and href as typed" => {
            html.matches("<a ").count() == 1 && html.contains(&link(body, body))
        }
        "a link" => html.matches("<a ").count() == 1,
        "target shown or as typed" => text == body || text.contains("(evil.example)"),
        "an emoji" => !text.is_ascii(),
        "b inside a" => html.contains("<li>a<ul><li>b"),
        "\"3\" shown" => text.contains('3'),
        _ if answer.contains("outside") => quoted().all(|words| outside(html).contains(words)),
        _ if answer.starts_with('<') => html.contains(answer),
        _ if body.contains("\n```") || body.contains("\n~~~") => {
            html.contains("<pre") && answer.split(" + ").all(|line| text.contains(line))
        }
        _ => text == answer.replace('⏎', "\n"),
    }
}

/// The content of the outermost paragraphs.
fn outside(html: &str) -> String {
    let paragraphs = html.split("<p dir=\"auto\">").skip(1).filter_map(|rest| rest.split("</p>").next());
    paragraphs.collect()
}

#[test]
fn each_text_of_the_table_contains_the_expected_links() {
    for (body, right) in cases(LINKS) {
        let (_, html) = visible(&body);
        let links = html.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let links: Vec<_> = links.map(|link| link.replace("&amp;", "&")).collect();
        assert_eq!(format!("{links:?}"), right, "{body}");
    }
}

#[test]
fn each_name_inserted_by_completion_mentions_that_person() {
    for (case, right) in cases(MENTIONS) {
        let (name, others, body) = names_and_text(&case, right);
        let looked_up = candidate_names(&body);
        // Compared like name keys: the whole name, in any Unicode composition.
        let member = |user: &str, name: &str| {
            let same = |typed: &&String| typed.nfc().eq(name.nfc());
            looked_up.iter().find(same).map(|typed| person(user, typed))
        };
        let other = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e";
        let known: Vec<_> = member(ANN, &name)
            .into_iter()
            .chain(others.iter().filter_map(|name| member(other, name)))
            .collect();
        let html = render(&body, &known).unwrap_or_default();
        assert!(html.contains(&format!("data-user=\"{ANN}\"")), "{case}: {html}");
        assert_eq!(html.matches("data-user").count(), 1, "{case}: {html}");
        assert!(html.nfc().collect::<String>().contains(&mention_of(&name)), "{case}: {html}");
    }
}

/// The HTML of a mention that consists of the whole name.
fn mention_of(name: &str) -> String {
    let mut html = String::from(">@");
    crate::markup::escape_html::escape_html(name, &mut html);
    html.nfc().collect::<String>() + "</span>"
}

/// Parses a case: `'name' in 'text'`, or `"text" with another member "name"`, where `right` is the mentioned name.
fn names_and_text(case: &str, right: &str) -> (String, Vec<String>, String) {
    let unquoted = |text: &str| text.get(1..text.len() - 1).unwrap().to_owned();
    if let Some((text, other)) = case.split_once(" with another member ") {
        let mentioned = right.trim_matches(['[', ']', '"']).to_owned();
        return (mentioned, vec![unquoted(other)], unquoted(text));
    }
    let (name, text) = case.split_once(" in ").unwrap();
    (unquoted(name), Vec::new(), unquoted(text))
}
