//! Compares the page's decoder with serde.

use app::{
    json_lite::parse_frame,
    protocol::{ErrorCode, ServerFrame},
};

use crate::examples::server;

#[test]
fn a_page_reads_what_serde_reads() {
    for (name, frame) in server::examples() {
        let line = serde_json::to_string(&frame).unwrap();
        // The browser decodes no list of topics, because no page requests one.
        let read = if matches!(frame, ServerFrame::Topics { .. }) { ServerFrame::Unknown } else { frame };
        assert_eq!(parse_frame(&line), Some(read), "{name}");
    }
}

#[test]
fn a_page_reads_every_code() {
    for code in ErrorCode::ALL {
        let frame = ServerFrame::Error { reference: None, code, message: "why".to_owned(), retry_ms: None };
        let line = serde_json::to_string(&frame).unwrap();
        assert_eq!(parse_frame(&line), Some(frame));
    }
}

#[test]
fn a_page_ignores_what_it_does_not_know_and_refuses_what_is_wrong() {
    let unknown = parse_frame(r#"{"type":"weather","sunny":true}"#);
    assert_eq!(unknown, Some(ServerFrame::Unknown));
    let later = parse_frame(r#"{"type":"error","code":"teapot","message":"I am one","colour":"blue"}"#);
    assert!(matches!(later, Some(ServerFrame::Error { code: ErrorCode::Unknown, .. })));
    let wrong = [
        "",
        "{",
        "7",
        r#"{"sunny":true}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"ping","n":"1"}"#,
        r#"{"type":"ping","n":-1}"#,
        r#"{"type":"heads","topics":7}"#,
        r#"{"type":"renamed","ref":1,"name":"a\u0000"}"#,
        r#"{"type":"unsubscribed","ref":1,"topic":"No topic"}"#,
    ];
    for line in wrong {
        assert_eq!(parse_frame(line), None, "{line}");
        assert!(serde_json::from_str::<ServerFrame>(line).is_err(), "{line}");
    }
}
