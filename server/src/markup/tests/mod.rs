//! The HTML of typed texts, and the limits of the HTML that any text can produce.

mod blocks;
mod cases;
mod docs_examples;
mod inline;
mod lossless;
mod mentions;
mod random_input;
mod timing;

use super::*;
use app::protocol::UserId;
use uuid::Uuid;

const ANN: &str = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d";

fn person(user: &str, name: &str) -> MentionedPerson {
    MentionedPerson { user: UserId(Uuid::parse_str(user).unwrap()), name: name.to_owned() }
}

fn people() -> Vec<MentionedPerson> {
    let other = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e";
    vec![person(ANN, "Ann"), person(other, "Ann Lee"), person(other, "小明")]
}

/// The people who are mentioned in a text, looked up as the chat does: names are compared without case.
fn known(body: &str) -> Vec<MentionedPerson> {
    let found = |name: &String| {
        let person = people().into_iter().find(|person| person.name.to_lowercase() == name.to_lowercase())?;
        Some(MentionedPerson { name: name.clone(), ..person })
    };
    candidate_names(body).iter().filter_map(found).collect()
}

/// The HTML of one line, without the paragraph around it.
fn line(body: &str) -> String {
    let html = html(body);
    html.strip_prefix("<p dir=\"auto\">")
        .and_then(|html| html.strip_suffix("</p>"))
        .expect("a paragraph")
        .to_owned()
}

fn html(body: &str) -> String {
    render(body, &known(body)).expect("more than text")
}

fn link(target: &str, name: &str) -> String {
    format!("<a href=\"{target}\" target=\"_blank\" rel=\"noopener noreferrer nofollow ugc\">{name}</a>")
}

fn mention(user: &str, name: &str) -> String {
    format!("<span class=\"mention\" data-user=\"{user}\">{name}</span>")
}

#[test]
fn texts_without_markup_stay_text() {
    for body in [
        "Hello, everyone",
        "two\n\nparagraphs, with a tail  \n and an indent",
        "2 * 3 = 6, 4*5, a_b_c, 5~6 ~7 and ~8~",
        "<b>not bold</b> <3 & a < b",
        "12:30:00, see note:this, :nobody:, C::D",
        "me@, @Bob, a @ b, @@Ann, x@Ann",
        "[a](b) [c] ![d] [e](javascript:alert(1)) [f](data:text/html,x)",
        "[a](https:b c) [](https:x) [ ](mailto:y)",
        "www. www.x ftp://a.b file:///etc",
        "1.5 is 3/2; -1; +1; #tag; 2026.",
        "你好，世界 שלום مرحبا 👋",
        "&notanentity; R&D",
        "&lt;b&gt; &amp;amp; &#x41; &copy;",
        "&amp;",
        "[note]: nothing",
        "| a",
        "\\",
    ] {
        assert_eq!(render(body, &known(body)), None, "{body}");
    }
}
