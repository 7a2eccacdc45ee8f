//! Examples of frames from the server.

use app::protocol::{
    Author, ErrorCode, Event, EventKind, Follow, Head, Membership, Name, Person, Reactions, SearchHit,
    ServerFrame, SnippetPart, SubscriptionMode, Timestamp, TopicSummary, WelcomeLimits,
};

use super::{about, ann, connection, draft, emoji, epoch, event, lobby, name};

pub(crate) const TYPES: [&str; 17] = [
    "welcome",
    "renamed",
    "subscribed",
    "unsubscribed",
    "event",
    "history",
    "ack",
    "error",
    "presence",
    "topics",
    "members",
    "membership",
    "heads",
    "typing",
    "found",
    "ping",
    "drain",
];

/// No wildcard: a new frame does not compile before it has a type, and then an example.
pub(crate) fn type_of(frame: &ServerFrame) -> &'static str {
    match frame {
        ServerFrame::Welcome { .. } => "welcome",
        ServerFrame::Renamed { .. } => "renamed",
        ServerFrame::Subscribed { .. } => "subscribed",
        ServerFrame::Unsubscribed { .. } => "unsubscribed",
        ServerFrame::Event(_) => "event",
        ServerFrame::History { .. } => "history",
        ServerFrame::Ack { .. } => "ack",
        ServerFrame::Error { .. } => "error",
        ServerFrame::Presence { .. } => "presence",
        ServerFrame::Topics { .. } => "topics",
        ServerFrame::Members { .. } => "members",
        ServerFrame::Membership { .. } => "membership",
        ServerFrame::Heads { .. } => "heads",
        ServerFrame::Typing { .. } => "typing",
        ServerFrame::Found { .. } => "found",
        ServerFrame::Ping { .. } => "ping",
        ServerFrame::Drain { .. } => "drain",
        ServerFrame::Unknown => panic!("nobody sends this"),
    }
}

/// The names that [`kind_of`] can return; an example of each is asked for.
pub(crate) const KINDS: [&str; 5] = ["message", "edit", "deletion", "reaction", "about"];

/// No wildcard, as in [`type_of`].
pub(crate) fn kind_of(event: &Event) -> &'static str {
    match event.kind {
        EventKind::Message { .. } => "message",
        EventKind::Edit { .. } => "edit",
        EventKind::Deletion { .. } => "deletion",
        EventKind::Reaction { .. } => "reaction",
        EventKind::About { .. } => "about",
        EventKind::Unknown => panic!("nobody sends this"),
    }
}

pub(crate) fn examples() -> Vec<(&'static str, ServerFrame)> {
    let limits = WelcomeLimits { frame_bytes: 65_536, body_bytes: 16_384, name_chars: 64, subscriptions: 64 };
    let now = Timestamp(1_795_374_100_000);
    let subscribed = |mode, events: Vec<Event>, head, more| ServerFrame::Subscribed {
        reference: 2,
        topic: lobby(),
        epoch: epoch(),
        head,
        draft: (mode == SubscriptionMode::Tail).then(draft),
        at: (mode == SubscriptionMode::Tail).then(|| event().at),
        mode,
        events,
        more,
        about: Some(about()),
    };
    let plain = Event { author: Author { unverified: true, ..event().author }, ..event() };
    let ack =
        |duplicate| ServerFrame::Ack { reference: 4, draft: draft(), topic: lobby(), seq: 43, duplicate };
    let bob = Name::parse("Bob").unwrap();
    vec![
        (
            "welcome",
            ServerFrame::Welcome {
                connection: connection(),
                user: ann(),
                name: name(),
                now,
                ping_seconds: 25,
                limits,
                topics: vec![membership()],
            },
        ),
        ("renamed", ServerFrame::Renamed { reference: 1, name: name() }),
        ("subscribed_tail", subscribed(SubscriptionMode::Tail, vec![event()], 43, true)),
        ("subscribed_resume", subscribed(SubscriptionMode::Resume, Vec::new(), 42, false)),
        ("subscribed_reset", subscribed(SubscriptionMode::Reset, Vec::new(), 0, false)),
        ("unsubscribed", ServerFrame::Unsubscribed { reference: 3, topic: lobby() }),
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
        (
            "history_page",
            ServerFrame::History {
                reference: 8,
                topic: lobby(),
                epoch: epoch(),
                head: 46,
                from: 43,
                to: 45,
                events: vec![changed("Hello, all", false, people())],
            },
        ),
        ("event_changed", ServerFrame::Event(changed("Hello, all", false, people()))),
        ("event_deleted", ServerFrame::Event(changed("", true, Vec::new()))),
        ("ack", ack(false)),
        ("ack_duplicate", ack(true)),
        ("error", error(Some(4), ErrorCode::TooLarge, "the text is too long: at most 16384 bytes", None)),
        ("error_rate", error(Some(5), ErrorCode::Rate, "too many frames; slow down", Some(50))),
        (
            "error_unread",
            error(None, ErrorCode::UnknownType, "this server does not know frames of this type", None),
        ),
        (
            "presence",
            ServerFrame::Presence { topic: lobby(), here: 3, joined: vec![name()], left: vec![bob] },
        ),
        ("topics_page", ServerFrame::Topics { reference: 11, topics: vec![summary()], more: false }),
        (
            "members_list",
            ServerFrame::Members { reference: 12, topic: lobby(), here: 1, people: vec![person()] },
        ),
        ("membership_answer", ServerFrame::Membership { reference: Some(13), membership: membership() }),
        ("membership", ServerFrame::Membership { reference: None, membership: membership() }),
        (
            "membership_rewound",
            ServerFrame::Membership {
                reference: None,
                membership: Membership { read: 41, seen: 36, rewinds: Some(1), ..membership() },
            },
        ),
        (
            "membership_favourite",
            ServerFrame::Membership {
                reference: Some(13),
                membership: Membership { favourite: true, ..membership() },
            },
        ),
        (
            "heads",
            ServerFrame::Heads {
                topics: vec![Head {
                    topic: lobby(),
                    head: 48,
                    messages: 40,
                    title: Some("The lobby".into()),
                }],
            },
        ),
        ("typing_people", ServerFrame::Typing { topic: lobby(), people: vec![person()] }),
        (
            "found",
            ServerFrame::Found {
                reference: 14,
                hits: vec![hit()],
                more: Some("43".to_owned()),
                complete: true,
            },
        ),
        (
            "found_incomplete",
            ServerFrame::Found { reference: 14, hits: Vec::new(), more: None, complete: false },
        ),
        ("ping", ServerFrame::Ping { n: 7 }),
        ("drain", ServerFrame::Drain { within_ms: 10_000 }),
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

fn people() -> Vec<Reactions> {
    vec![Reactions { emoji: emoji(), people: vec![person()] }]
}

fn person() -> Person {
    Person { user: ann(), name: name() }
}

fn membership() -> Membership {
    Membership {
        topic: lobby(),
        title: "The lobby".to_owned(),
        follow: Follow::Following,
        epoch: epoch(),
        head: 48,
        messages: 40,
        read: 43,
        seen: 38,
        mentions: 1,
        rewinds: None,
        favourite: false,
    }
}

fn summary() -> TopicSummary {
    let at = Timestamp(1_795_374_123_045);
    TopicSummary { topic: lobby(), about: about(), head: 48, messages: 40, at, here: 3 }
}

fn hit() -> SearchHit {
    let piece = |text: &str, hit| SnippetPart { text: text.to_owned(), hit };
    SearchHit { event: event(), snippet: vec![piece("Hello", true), piece(", everyone", false)] }
}

/// A reply that mentions somebody, with something to render.
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

/// The message as it stands later.
fn changed(body: &str, deleted: bool, reactions: Vec<Reactions>) -> Event {
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

fn error(reference: Option<u64>, code: ErrorCode, message: &str, retry_ms: Option<u64>) -> ServerFrame {
    ServerFrame::Error { reference, code, message: message.to_owned(), retry_ms }
}
