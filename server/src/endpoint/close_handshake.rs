//! The closing handshake: RFC 6455, section 7.

use std::{future::poll_fn, time::Duration};

use app::protocol::CloseCode;
use tokio::time::{Instant, sleep, timeout};

use super::{
    CloseReason, Message,
    frame::{FrameReader, put_close},
    transport::Transport,
    write_queue::WriteQueue,
};

/// Time for the peer to answer a close frame.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Time for which a connection whose input makes no sense any more stays open, so that the close frame arrives before the
/// reset.
const UNREAD_LINGER: Duration = Duration::from_millis(250);
/// Reads, of at most 32 KiB each, from a peer that goes on sending after the close frame: as much as can be in flight.
const MAX_CLOSE_READS: usize = 256;

/// Writes what is queued and the close frame, and waits for the peer's. Does nothing on a connection that is lost.
pub(super) async fn perform_close_handshake(
    transport: &Transport,
    reader: &mut FrameReader,
    outgoing: WriteQueue,
    reason: CloseReason,
    write_timeout: Duration,
) {
    match reason {
        CloseReason::Server(code) => close_by_server(transport, reader, outgoing, code, write_timeout).await,
        CloseReason::Peer(code) => echo_close(transport, outgoing, code).await,
        CloseReason::Disconnected => {}
    }
}

/// Sends the close frame and waits a moment for the peer's. Closing a socket with unread input resets the connection, and
/// the reset can overtake the close frame.
async fn close_by_server(
    transport: &Transport,
    reader: &mut FrameReader,
    mut outgoing: WriteQueue,
    code: CloseCode,
    write_timeout: Duration,
) {
    outgoing.append_with(|out| put_close(out, Some(code.number()), code.reason()));
    // A slow peer has had its time already, and a shutdown does not wait for one.
    let within =
        if matches!(code, CloseCode::Slow | CloseCode::Drain) { CLOSE_TIMEOUT } else { write_timeout };
    if !matches!(timeout(within, transport.write(&mut outgoing, within)).await, Ok(Ok(()))) {
        return;
    }
    let written = Instant::now();
    let _ = timeout(CLOSE_TIMEOUT, peer_closed(transport, reader)).await;
    if matches!(code, CloseCode::Limit | CloseCode::BadFrame) {
        sleep(UNREAD_LINGER.saturating_sub(written.elapsed())).await;
    }
}

/// Reads until the peer has sent its close frame or disconnected. All other input is discarded.
async fn peer_closed(transport: &Transport, reader: &mut FrameReader) {
    for _ in 0..MAX_CLOSE_READS {
        loop {
            match reader.next() {
                Ok(Some(Message::Close(_))) => return,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(_) => {
                    reader.clear();
                    break;
                }
            }
        }
        if poll_fn(|cx| transport.poll_read(cx, reader)).await.is_err() {
            return;
        }
    }
}

/// Echoes the peer's code (RFC 6455, section 5.5.1). The server then closes the TCP connection first (section 7.1.1).
async fn echo_close(transport: &Transport, mut outgoing: WriteQueue, code: Option<u16>) {
    outgoing.append_with(|out| put_close(out, code, ""));
    let _ = timeout(CLOSE_TIMEOUT, transport.write(&mut outgoing, CLOSE_TIMEOUT)).await;
}
