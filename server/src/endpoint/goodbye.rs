//! The end of a connection: the peer is told once, and has a moment to agree.

use std::{future::poll_fn, time::Duration};

use app::protocol::CloseCode;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Close, Message,
    frame::{Reader, put_close},
    line::Line,
    outgoing::Outgoing,
};

/// How long the peer may take to answer the close frame.
pub(super) const GOODBYE: Duration = Duration::from_secs(1);
/// How long a line that cannot be read any more stays open, so that the close frame arrives before the reset.
const LINGER: Duration = Duration::from_millis(250);

/// Says why, once; a line that broke hears nothing.
pub(super) async fn say_goodbye(
    line: &Line,
    reader: &mut Reader,
    last_words: Outgoing,
    close: Close,
    patience: Duration,
) {
    match close {
        Close::Us(code) => send_away(line, reader, last_words, code, patience).await,
        Close::Peer(code) => answer(line, last_words, code).await,
        Close::Gone => {}
    }
}

/// Waits a moment for the peer to agree; a connection that is closed with unread input is reset, and a reset can
/// overtake the close frame.
async fn send_away(
    line: &Line,
    reader: &mut Reader,
    mut words: Outgoing,
    code: CloseCode,
    patience: Duration,
) {
    words.put(|out| put_close(out, Some(code.number()), code.reason()));
    let within = if matches!(code, CloseCode::Slow | CloseCode::Drain) { GOODBYE } else { patience };
    if !matches!(timeout(within, line.write(&mut words, within)).await, Ok(Ok(()))) {
        return;
    }
    let waited = Instant::now();
    let _ = timeout(GOODBYE, agreed(line, reader)).await;
    if matches!(code, CloseCode::Limit | CloseCode::BadFrame) {
        sleep(LINGER.saturating_sub(waited.elapsed())).await;
    }
}

/// Reads of a peer that was told goodbye and goes on sending, of at most 32 KiB each: all that may be under way.
const LAST_READS: usize = 256;

/// Until the peer says goodbye too, or leaves without. What else it says is of no use any more.
async fn agreed(line: &Line, reader: &mut Reader) {
    for _ in 0..LAST_READS {
        loop {
            match reader.next() {
                Ok(Some(Message::Close(_))) => return,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    reader.forget();
                    break;
                }
            }
        }
        if poll_fn(|cx| line.poll_read(cx, reader)).await.is_err() {
            return;
        }
    }
}

/// The same code comes back (RFC 6455, section 5.5.1), and the server ends the line (section 7.1.1).
async fn answer(line: &Line, mut words: Outgoing, code: Option<u16>) {
    words.put(|out| put_close(out, code, ""));
    let _ = timeout(GOODBYE, line.write(&mut words, GOODBYE)).await;
}
