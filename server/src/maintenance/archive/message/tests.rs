use app::protocol::{DraftId, Emoji, Name, Person, Timestamp, UserId};
use uuid::Uuid;

use super::*;
use crate::markup;

const HOSTILE: &str = "</p><script>alert(\"1\")</script><img src=x onerror='1'>&amp;";

fn message(seq: u64, body: &str) -> Event {
    let author = Author {
        user: UserId(Uuid::from_u128(3)),
        name: Name::parse("<i>\"Ann\"").unwrap(),
        unverified: false,
    };
    let mut kind = EventKind::message(DraftId(Uuid::from_u128(u128::from(seq))), body.to_owned());
    if let EventKind::Message { html, .. } = &mut kind {
        *html = markup::render(body, &[]);
    }
    Event { topic: "lobby".parse().unwrap(), seq, at: Timestamp(0), author, kind }
}

fn html(event: &Event) -> String {
    message_html(event, &HashMap::new())
}

#[test]
fn no_text_of_people_is_markup() {
    for body in [HOSTILE.to_owned(), format!("**bold** {HOSTILE}"), format!("`{HOSTILE}`")] {
        let html = html(&message(7, &body));
        for piece in ["<script", "<img", "<i>"] {
            assert!(!html.contains(piece), "{piece}: {html}");
        }
        assert!(html.contains("&lt;script&gt;"), "{html}");
    }
}

#[test]
fn a_message_has_its_link_and_its_marks() {
    let mut event = message(7, "**tea**");
    let html_of = html(&event);
    assert!(html_of.contains("id=\"m7\"") && html_of.contains("href=\"#m7\""), "{html_of}");
    assert!(html_of.contains("<strong>tea</strong>") && !html_of.contains("class=\"edited\""), "{html_of}");
    if let EventKind::Message { revision, reply_to, reactions, .. } = &mut event.kind {
        *revision = Some(9);
        *reply_to = Some(2);
        let person = |n: u128| Person { user: UserId(Uuid::from_u128(n)), name: Name::parse("<b>").unwrap() };
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        reactions.push(Reactions { emoji, people: (0..12).map(person).collect() });
    }
    let quoted = QuotedMessage { event: message(2, "<u>first"), page: 4 };
    let html_of = message_html(&event, &HashMap::from([(2, quoted)]));
    assert!(html_of.contains("class=\"edited\"") && html_of.contains("href=\"4.html#m2\""), "{html_of}");
    assert!(html_of.contains("&lt;u&gt;first") && html_of.contains("2 more"), "{html_of}");
    assert!(!html_of.contains("<b>") && !html_of.contains("<u>"), "{html_of}");
    assert!(html(&event).contains("Replied to an earlier message"));
}

#[test]
fn a_deleted_message_is_a_tombstone() {
    let mut event = message(7, "");
    if let EventKind::Message { deleted, revision, .. } = &mut event.kind {
        *deleted = true;
        *revision = Some(8);
    }
    let html = html(&event);
    assert!(html.contains("data-deleted") && html.contains("This message was deleted."), "{html}");
    assert!(!html.contains("class=\"edited\""), "{html}");
}
