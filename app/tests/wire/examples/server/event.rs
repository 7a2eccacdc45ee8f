//! Frames with an event: one of each kind, and a message after it was edited, deleted or reacted to.

use app::protocol::{Author, Event, EventKind, Reactions, ServerFrame};

use super::{Example, people::person};
use crate::examples::{about, ann, draft, emoji, event};

pub(super) fn examples() -> Vec<Example> {
    let plain = Event { author: Author { unverified: true, ..event().author }, ..event() };
    vec![
        ("event", ServerFrame::Event(event())),
        ("event_unverified", ServerFrame::Event(plain)),
        ("event_marked_up", event_of(47, marked_up())),
        ("event_about", event_of(48, EventKind::About { draft: draft(), about: about() })),
        ("event_edit", event_of(44, edit(Some("Hello, all")))),
        ("event_edit_replaced", event_of(44, edit(None))),
        ("event_deletion", event_of(45, EventKind::Deletion { draft: draft(), message: 43 })),
        (
            "event_reaction",
            event_of(46, EventKind::Reaction { draft: draft(), message: 43, emoji: emoji(), on: true }),
        ),
        ("event_changed", ServerFrame::Event(changed("Hello, all", false, people()))),
        ("event_deleted", ServerFrame::Event(changed("", true, Vec::new()))),
    ]
}

fn event_of(seq: u64, kind: EventKind) -> ServerFrame {
    ServerFrame::Event(Event { seq, kind, ..event() })
}

fn edit(body: Option<&str>) -> EventKind {
    EventKind::Edit {
        draft: draft(),
        message: 43,
        body: body.map(str::to_owned),
        html: None,
        mentions: Vec::new(),
    }
}

/// A reply with Markdown and a mention.
fn marked_up() -> EventKind {
    EventKind::Message {
        draft: draft(),
        body: "*Hello*, @Ann".to_owned(),
        html: Some("<p><em>Hello</em>, <span class=\"mention\">@Ann</span></p>".to_owned()),
        mentions: vec![ann()],
        reply_to: Some(43),
        revision: None,
        deleted: false,
        reactions: Vec::new(),
    }
}

pub(super) fn people() -> Vec<Reactions> {
    vec![Reactions { emoji: emoji(), people: vec![person()] }]
}

/// The message after changes: its new text, its deletion, its reactions.
pub(super) fn changed(body: &str, deleted: bool, reactions: Vec<Reactions>) -> Event {
    let revision = Some(if deleted { 45 } else { 44 });
    let kind = EventKind::Message {
        draft: draft(),
        body: body.to_owned(),
        html: None,
        mentions: Vec::new(),
        reply_to: None,
        revision,
        deleted,
        reactions,
    };
    Event { kind, ..event() }
}
