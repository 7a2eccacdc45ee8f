//! Compares the frames that the generator encodes and parses by hand with the protocol's own types.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use app::protocol::{ClientFrame, ServerFrame};
use bench::{
    body::{Run, Stamp},
    dialect::{Dialect::V1, Frame, epoch, pong},
};

const STAMP: Stamp = Stamp { publisher: 3, number: 14 };

fn client(text: &str) -> ClientFrame {
    serde_json::from_str(text).unwrap()
}

/// A frame as the server writes it: its fields in the server's order.
fn server(json: &str) -> String {
    serde_json::to_string(&serde_json::from_str::<ServerFrame>(json).unwrap()).unwrap()
}

#[test]
fn the_servers_types_accept_the_generators_frames() {
    assert!(matches!(client(V1.hello().unwrap()), ClientFrame::Hello { .. }));
    assert!(matches!(client(&pong("7")), ClientFrame::Pong { n: 7 }));
    let resume = V1.subscribe("bench0", Some(("77ed741982c5c979", 42))).unwrap();
    let ClientFrame::Subscribe { since, tail: 0, echo: true, .. } = client(&resume) else {
        panic!("{resume}")
    };
    assert_eq!(since.unwrap().seq, 42);
    let mut publish = Vec::new();
    let body = Run::new(7).body(STAMP, 15);
    V1.publish(&mut publish, 7, "bench0", STAMP, &body);
    let ClientFrame::Publish { reference: 14, body: said, .. } = serde_json::from_slice(&publish).unwrap()
    else {
        panic!("{}", String::from_utf8_lossy(&publish))
    };
    assert_eq!(said.as_bytes(), body);
}

#[test]
fn the_generator_parses_the_servers_frames() {
    let run = Run::new(7);
    let body = run.body(STAMP, 15);
    for more in ["", r#","html":"<p>no</p>""#, r#","reply_to":42"#] {
        let event = server(&format!(
            r#"{{"type":"event","topic":"bench0","seq":43,"at":1795374123045,"author":{{"user":"019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d","name":"bench"}},"kind":"message","draft":"00000007-0003-4000-8000-00000000000e","body":"{}"{more}}}"#,
            String::from_utf8_lossy(&body)
        ));
        let parsed = Frame::Message { seq: Some(43), stamp: STAMP, body: &body };
        assert_eq!(V1.parse(&run, event.as_bytes()), parsed, "{event}");
    }
    let ack = server(
        r#"{"type":"ack","ref":4,"draft":"5b2f9c1e-3d4a-4f6b-8a7c-1e2d3c4b5a69","topic":"bench0","seq":43,"duplicate":false}"#,
    );
    assert_eq!(V1.parse(&run, ack.as_bytes()), Frame::Ack(4));
    let subscribed = server(
        r#"{"type":"subscribed","ref":2,"topic":"bench0","epoch":"77ed741982c5c979","head":43,"mode":"tail","events":[],"more":false}"#,
    );
    assert_eq!(V1.parse(&run, subscribed.as_bytes()), Frame::Subscribed { head: 43 });
    assert_eq!(epoch(subscribed.as_bytes()), Some("77ed741982c5c979"));
    assert_eq!(V1.parse(&run, server(r#"{"type":"ping","n":70}"#).as_bytes()), Frame::Ping("70"));
    let error = server(r#"{"type":"error","ref":4,"code":"rate","message":"too many frames"}"#);
    assert_eq!(V1.parse(&run, error.as_bytes()), Frame::Error);
}
