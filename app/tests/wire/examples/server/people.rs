//! Frames about people: presence, typing, members and memberships.

use app::protocol::{Follow, Membership, Name, Person, ServerFrame};

use super::Example;
use crate::examples::{ann, epoch, lobby, name};

pub(super) fn examples() -> Vec<Example> {
    let bob = Name::parse("Bob").unwrap();
    vec![
        (
            "presence",
            ServerFrame::Presence { topic: lobby(), here: 3, joined: vec![name()], left: vec![bob] },
        ),
        (
            "members_list",
            ServerFrame::Members { reference: 12, topic: lobby(), here: 1, people: vec![person()] },
        ),
        ("typing_people", ServerFrame::Typing { topic: lobby(), people: vec![person()] }),
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
    ]
}

pub(super) fn person() -> Person {
    Person { user: ann(), name: name() }
}

pub(super) fn membership() -> Membership {
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
