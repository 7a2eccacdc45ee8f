//! Replies and errors of `chorus.v1`.

use app::protocol::{ClientFrame, CloseCode, ErrorCode, ServerFrame, TextError};
use serde::Deserialize;
use tracing::error;

use super::malformed::explain;
use crate::{
    chat::{
        Frame,
        client_state::{ClientState, CompletedAppend},
        delivery::{Delivery, encode},
        dialect::Dialect,
    },
    endpoint::{CloseReason, ConnectionHandle, HandlerResult},
    event_log::{AppendError, ReadError, Receipt, UNAVAILABLE_RETRY_MS},
    rights::Denied,
};

/// The fields that every frame of a client may have, whatever its type.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "ref")]
    reference: Option<u64>,
}

/// Sends the outcome of an append: an ack or an error.
pub(in crate::chat) fn send_outcome(connection: &mut ConnectionHandle<Frame>, completed: CompletedAppend) {
    let CompletedAppend { reference, draft, topic, outcome, .. } = completed;
    match (reference, outcome) {
        (Some(reference), Ok(Receipt { seq, duplicate })) => {
            send(connection, &ServerFrame::Ack { reference, draft, topic, seq, duplicate });
        }
        (None, Ok(_)) => debug_assert!(false, "a chorus.v1 request has a number"),
        (reference, Err(error)) => reject_append(connection, reference, error),
    }
}

/// Refuses a frame that exceeded the rate limit.
pub(in crate::chat) fn reject_rate_limited(
    connection: &mut ConnectionHandle<Frame>,
    text: &str,
    retry_ms: u64,
) {
    let reference = serde_json::from_str::<Envelope>(text).ok().and_then(|envelope| envelope.reference);
    let message = "too many frames; slow down".to_owned();
    send(
        connection,
        &ServerFrame::Error { reference, code: ErrorCode::Rate, message, retry_ms: Some(retry_ms) },
    );
}

/// Closes the connection for a frame that is no JSON object with a type; refuses any other malformed frame with an
/// error.
pub(super) fn reject_malformed(
    connection: &mut ConnectionHandle<Frame>,
    client: &ClientState,
    text: &str,
) -> HandlerResult {
    let Ok(Envelope { kind, reference }) = serde_json::from_str(text) else {
        return Err(CloseReason::Server(CloseCode::BadFrame));
    };
    if matches!(client.dialect, Dialect::AwaitingHello(_)) && kind != "hello" {
        return Err(CloseReason::Server(CloseCode::NoHello));
    }
    if ClientFrame::TYPES.contains(&kind.as_str()) {
        reject(connection, reference, ErrorCode::BadRequest, format!("{kind}: {}", explain(text)));
    } else {
        reject(
            connection,
            reference,
            ErrorCode::UnknownType,
            "this server does not know frames of this type",
        );
    }
    Ok(())
}

pub(crate) fn text_error_code(error: TextError) -> ErrorCode {
    match error {
        TextError::Blank => ErrorCode::Blank,
        TextError::TooLong { .. } => ErrorCode::TooLarge,
        TextError::ForbiddenCharacter(_) => ErrorCode::BadText,
    }
}

pub(super) fn reject(
    connection: &mut ConnectionHandle<Frame>,
    reference: Option<u64>,
    code: ErrorCode,
    message: impl Into<String>,
) {
    send(connection, &ServerFrame::Error { reference, code, message: message.into(), retry_ms: None });
}

/// Refuses what the client may not do.
pub(super) fn reject_denied(connection: &mut ConnectionHandle<Frame>, reference: u64, denied: Denied) {
    reject(connection, Some(reference), denied.code(), denied.to_string());
}

/// Refuses an event that the log did not store.
pub(super) fn reject_append(
    connection: &mut ConnectionHandle<Frame>,
    reference: Option<u64>,
    error: AppendError,
) {
    let frame = ServerFrame::Error {
        reference,
        code: error.code(),
        message: error.to_string(),
        retry_ms: error.retry_ms(),
    };
    send(connection, &frame);
}

pub(super) fn reject_unavailable(
    connection: &mut ConnectionHandle<Frame>,
    reference: Option<u64>,
    message: impl Into<String>,
) {
    let frame = ServerFrame::Error {
        reference,
        code: ErrorCode::Unavailable,
        message: message.into(),
        retry_ms: Some(UNAVAILABLE_RETRY_MS),
    };
    send(connection, &frame);
}

/// Logs that the event log cannot be read, and tells the client to try again.
pub(super) fn reject_unreadable(connection: &mut ConnectionHandle<Frame>, reference: u64, error: &ReadError) {
    error!(%error, "log.read_failed");
    reject_unavailable(connection, Some(reference), "the server cannot read the log just now; try again");
}

pub(in crate::chat) fn send(connection: &mut ConnectionHandle<Frame>, frame: &ServerFrame) {
    connection.send_text(encode(frame));
}

/// The empty list of events in a reply that was encoded without them. It cannot occur within a JSON string, where
/// quotes are escaped.
const NO_EVENTS: &str = r#""events":[]"#;

/// Sends a reply with a page's events. The frame is encoded without them and wrapped around the page's bytes, which all
/// readers of the page share.
pub(in crate::chat) fn send_page(
    connection: &mut ConnectionHandle<Frame>,
    frame: &ServerFrame,
    page: &Delivery,
) {
    let text = encode(frame);
    match text.split_once(NO_EVENTS) {
        Some((before, after)) if !page.page_events().is_empty() => {
            connection.send_text_around(&format!(r#"{before}"events":"#), page.json_array(), after);
        }
        _ => connection.send_text(text),
    }
}
