//! What is shown for what is typed, and that nothing typed can be more than that.

mod anything;
mod blocks;
mod cases;
mod law;
mod mentions;
mod page;
mod speed;
mod strict;
mod words;

use super::*;
use app::protocol::UserId;
use uuid::Uuid;

const ANN: &str = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d";

fn person(user: &str, name: &str) -> Mentioned {
    Mentioned { user: UserId(Uuid::parse_str(user).unwrap()), name: name.to_owned() }
}

fn people() -> Vec<Mentioned> {
    let other = "019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4e";
    vec![person(ANN, "Ann"), person(other, "Ann Lee"), person(other, "小明")]
}

/// Those whom a text may mean, as the log looks them up: whatever is one of their names but for capitals.
fn known(body: &str) -> Vec<Mentioned> {
    let found = |name: &String| {
        let person = people().into_iter().find(|person| person.name.to_lowercase() == name.to_lowercase())?;
        Some(Mentioned { name: name.clone(), ..person })
    };
    names(body).iter().filter_map(found).collect()
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
fn what_holds_no_markup_stays_text() {
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
