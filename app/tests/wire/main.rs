//! Snapshot tests of the wire: one example of each frame. `docs/PROTOCOL.md` shows exactly these.
//!
//! A change of the wire changes a file under `snapshots/`. Review it, then accept it with
//! `INSTA_UPDATE=always cargo test -p app --test wire`, and update the document.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may")]

mod examples;
#[cfg(feature = "leptos")]
mod json_lite;

use std::collections::BTreeSet;

use app::protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame};
use examples::{client, server};

/// Returns every example as JSON, by name.
fn lines() -> Vec<(String, String)> {
    let client = client::examples().into_iter();
    let client =
        client.map(|frame| (client::name_of(&frame).to_owned(), serde_json::to_string(&frame).unwrap()));
    let server = server::examples().into_iter();
    let server = server.map(|(name, frame)| (name.to_owned(), serde_json::to_string(&frame).unwrap()));
    client.chain(server).collect()
}

#[test]
fn each_frame_matches_its_snapshot() {
    let names: BTreeSet<_> = lines().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), lines().len(), "two examples have one name");
    for (name, line) in lines() {
        insta::assert_snapshot!(name, line);
    }
}

#[test]
fn each_frame_is_decoded_as_it_was_encoded() {
    for frame in client::examples() {
        let line = serde_json::to_string(&frame).unwrap();
        assert_eq!(serde_json::from_str::<ClientFrame>(&line).unwrap(), frame);
    }
    for (_, frame) in server::examples() {
        let line = serde_json::to_string(&frame).unwrap();
        assert_eq!(serde_json::from_str::<ServerFrame>(&line).unwrap(), frame);
    }
}

#[test]
fn every_frame_has_an_example() {
    let client: BTreeSet<_> = client::examples().iter().map(client::type_of).collect();
    assert_eq!(client, ClientFrame::TYPES.into_iter().collect());
    let server: BTreeSet<_> = server::examples().iter().map(|(_, frame)| server::type_of(frame)).collect();
    assert_eq!(server, server::TYPES.into_iter().collect());
}

#[test]
fn every_kind_of_event_has_an_example() {
    let examples = server::examples();
    let events = examples.iter().filter_map(|(_, frame)| match frame {
        ServerFrame::Event(event) => Some(event),
        _ => None,
    });
    let kinds: BTreeSet<_> = events.map(server::kind_of).collect();
    assert_eq!(kinds, server::KINDS.into_iter().collect());
}

#[test]
fn an_action_is_the_same_after_its_frame() {
    let frames = client::examples().into_iter();
    let actions: Vec<_> = frames.filter_map(|frame| Some((frame.clone(), frame.into_action()?))).collect();
    assert_eq!(actions.len(), 6);
    for (frame, action) in actions {
        assert_eq!(ClientFrame::from(action), frame);
    }
}

#[test]
fn unknown_fields_and_unknown_server_frames_are_ignored() {
    let frame = serde_json::from_str(r#"{"type":"pong","n":7,"colour":"blue"}"#).unwrap();
    assert_eq!(ClientFrame::Pong { n: 7 }, frame);
    let frame: ServerFrame = serde_json::from_str(r#"{"type":"weather","sunny":true}"#).unwrap();
    assert_eq!(frame, ServerFrame::Unknown);
    let line = r#"{"type":"error","code":"teapot","message":"I am one"}"#;
    assert!(matches!(serde_json::from_str(line).unwrap(), ServerFrame::Error { .. }));
}

#[test]
fn what_is_left_out_has_its_default() {
    let frame = serde_json::from_str(r#"{"type":"subscribe","ref":1,"topic":"lobby"}"#).unwrap();
    assert!(matches!(frame, ClientFrame::Subscribe { since: None, tail: 30, echo: true, .. }));
}

#[test]
fn the_document_shows_exactly_these_examples() {
    let document = include_str!("../../../docs/PROTOCOL.md");
    let shown: BTreeSet<&str> = document.lines().filter(|line| line.starts_with("{\"type\":")).collect();
    let lines = lines();
    let golden: BTreeSet<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    let missing: Vec<_> = golden.difference(&shown).collect();
    assert!(missing.is_empty(), "docs/PROTOCOL.md lacks:\n{missing:#?}");
    let stale: Vec<_> = shown.difference(&golden).collect();
    assert!(stale.is_empty(), "docs/PROTOCOL.md shows what no longer is:\n{stale:#?}");
}

/// Returns the first cell of every table row.
fn first_cells(document: &str) -> BTreeSet<&str> {
    document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()).collect()
}

#[test]
fn the_document_explains_every_code() {
    let document = include_str!("../../../docs/PROTOCOL.md");
    let cells = first_cells(document);
    for code in ErrorCode::ALL {
        let name = serde_json::to_string(&code).unwrap().replace('"', "`");
        assert!(cells.contains(name.as_str()), "docs/PROTOCOL.md lacks the error code {name}");
    }
    for code in CloseCode::ALL {
        let row = format!("| {} | `{}` |", code.number(), code.reason());
        assert!(document.contains(&row), "docs/PROTOCOL.md lacks the close code {row}");
    }
}
