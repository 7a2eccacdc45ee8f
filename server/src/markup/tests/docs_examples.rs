//! The examples of `docs/MARKUP.md`.

use super::*;

const DOCUMENT: &str = include_str!("../../../../docs/MARKUP.md");

#[test]
fn every_example_of_the_documentation_is_rendered_as_shown() {
    let mut typed = None;
    let mut examples = 0;
    for line in DOCUMENT.lines() {
        if let Some(text) = line.strip_prefix("typed  ") {
            typed = Some(text.replace('⏎', "\n"));
        } else if let Some(shown) = line.strip_prefix("shown  ") {
            let body = typed.take().expect("a typed text before it");
            let members = ["Ann", "Ann (she/her)", "_cid_"].map(|name| person(ANN, name));
            let html =
                render(&body, &members).map_or("as typed".to_owned(), |html| without_usual_attributes(&html));
            assert_eq!(html, shown, "{body}");
            examples += 1;
        }
    }
    assert!(examples > 40 && typed.is_none(), "{examples}");
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
    html.replace("<div class=\"table\">", "").replace("</div>", "").replace('\n', "⏎")
}
