//! What `chorus.v1` answers.

use app::protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame, TextError};
use serde::Deserialize;

use crate::{
    chat::{
        Frame,
        client_state::{ClientState, CompletedAppend, Dialect},
        delivery::{Delivery, encode},
    },
    endpoint::{Close, Flow, Socket},
    event_log::{AppendError, Receipt},
};

/// When to try again after the store was not available, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// What can be read of any frame.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "ref")]
    reference: Option<u64>,
}

/// The log has completed.
pub(in crate::chat) fn send_outcome(socket: &mut Socket<Frame>, completed: CompletedAppend) {
    let CompletedAppend { reference, draft, topic, outcome, .. } = completed;
    match (reference, outcome) {
        (Some(reference), Ok(Receipt { seq, duplicate })) => {
            send(socket, &ServerFrame::Ack { reference, draft, topic, seq, duplicate });
        }
        (None, Ok(_)) => debug_assert!(false, "a chorus.v1 request has a number"),
        (reference, Err(error)) => reject_append(socket, reference, error),
    }
}

/// A frame came too soon.
pub(in crate::chat) fn reject_rate_limited(socket: &mut Socket<Frame>, text: &str, retry_ms: u64) {
    let reference = serde_json::from_str::<Envelope>(text).ok().and_then(|envelope| envelope.reference);
    let message = "too many frames; slow down".to_owned();
    send(socket, &ServerFrame::Error { reference, code: ErrorCode::Rate, message, retry_ms: Some(retry_ms) });
}

/// What is no JSON object with a type ends the connection; the rest is refused and told why.
pub(super) fn reject_malformed(
    socket: &mut Socket<Frame>,
    client: &ClientState,
    text: &str,
    error: &serde_json::Error,
) -> Flow {
    let Ok(Envelope { kind, reference }) = serde_json::from_str(text) else {
        return Err(Close::Us(CloseCode::BadFrame));
    };
    if matches!(client.dialect, Dialect::AwaitingHello(_)) && kind != "hello" {
        return Err(Close::Us(CloseCode::NoHello));
    }
    if ClientFrame::TYPES.contains(&kind.as_str()) {
        reject(socket, reference, ErrorCode::BadRequest, format!("{kind}: {}", without_position(error)));
    } else {
        reject(socket, reference, ErrorCode::UnknownType, "this server does not know frames of this type");
    }
    Ok(())
}

/// What serde says, without the line and column that mean nothing in one line of JSON.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

/// What is wrong with a text, in the wire's word.
pub(crate) fn text_error_code(error: TextError) -> ErrorCode {
    match error {
        TextError::Blank => ErrorCode::Blank,
        TextError::TooLong { .. } => ErrorCode::TooLarge,
        TextError::ForbiddenCharacter(_) => ErrorCode::BadText,
    }
}

pub(super) fn reject(
    socket: &mut Socket<Frame>,
    reference: Option<u64>,
    code: ErrorCode,
    message: impl Into<String>,
) {
    send(socket, &ServerFrame::Error { reference, code, message: message.into(), retry_ms: None });
}

/// The log did not take an event.
pub(super) fn reject_append(socket: &mut Socket<Frame>, reference: Option<u64>, error: AppendError) {
    let (code, message, retry_ms) = (error.code(), error.to_string(), error.retry_ms());
    send(socket, &ServerFrame::Error { reference, code, message, retry_ms });
}

pub(super) fn reject_unavailable(
    socket: &mut Socket<Frame>,
    reference: Option<u64>,
    message: impl Into<String>,
) {
    let (code, retry_ms) = (ErrorCode::Unavailable, Some(RETRY_MS));
    send(socket, &ServerFrame::Error { reference, code, message: message.into(), retry_ms });
}

pub(in crate::chat) fn send(socket: &mut Socket<Frame>, frame: &ServerFrame) {
    socket.send_text(encode(frame));
}

/// Where the events of an answer stand while it has none. Within a JSON string its quotes would be escaped.
const NO_EVENTS: &str = r#""events":[]"#;

/// Sends an answer that was made without events, and a page's events in it: their bytes are shared with all who were sent
/// the same page.
pub(in crate::chat) fn send_page(socket: &mut Socket<Frame>, frame: &ServerFrame, page: &Delivery) {
    let text = encode(frame);
    match text.split_once(NO_EVENTS) {
        Some((before, after)) if !page.page_events().is_empty() => {
            socket.send_text_around(&format!(r#"{before}"events":"#), page.json_array(), after);
        }
        _ => socket.send_text(text),
    }
}
