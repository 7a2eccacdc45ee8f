//! Attacks over WebSockets.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{RETRY_DELAY, Target};
use crate::raw::{frame, web_socket};

/// First bytes of frames (RFC 6455, section 5.2): a whole text message, the first frame of a fragmented one, and a continuation
/// that is not the last.
const TEXT: u8 = 0x81;
const FIRST_FRAGMENT: u8 = 0x01;
const CONTINUATION: u8 = 0x00;
/// The length of a message's body: just below the limit.
const LARGE_BODY_BYTES: usize = 16_000;
/// Fields of a frame of 50 KiB.
const UNKNOWN_FIELDS: usize = 5_500;

/// Opens a WebSocket and counts the attempt. Waits after a refusal.
async fn open(target: &Target) -> Option<TcpStream> {
    let socket = web_socket(target.server).await;
    target.counters.answer(socket.is_some().then_some(101));
    if socket.is_none() {
        sleep(RETRY_DELAY).await;
    }
    socket
}

pub(super) fn held(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 5_000, |target, _, _| async move {
        let mut socket = open(&target).await?;
        while socket.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {}
        target.counters.closed();
        Some(())
    });
}

pub(super) fn large_messages(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 100, |target, _, _| async move {
        let socket = open(&target).await?;
        let (mut reader, mut writer) = socket.into_split();
        let reads = async { while reader.read(&mut [0; 4_096]).await.is_ok_and(|read| read > 0) {} };
        let writes = async {
            loop {
                let draft = Uuid::now_v7();
                let body = "a".repeat(LARGE_BODY_BYTES);
                let json = format!(
                    r#"{{"type":"publish","ref":1,"topic":"lobby","draft":"{draft}","body":"{body}"}}"#
                );
                if writer.write_all(&frame(TEXT, json.as_bytes())).await.is_err() {
                    break;
                }
                target.counters.answer(Some(200));
            }
        };
        tokio::select! { () = reads => {}, () = writes => {} }
        target.counters.closed();
        Some(())
    });
}

/// A frame that cannot be decoded, near the limit of its length: the server explains what is wrong with it.
pub(super) fn unknown_fields(target: &Target, tracker: &TaskTracker) {
    let fields: String = (0..UNKNOWN_FIELDS).map(|n| format!(r#""a{n}":0,"#)).collect();
    let json = format!(r#"{{"type":"history","ref":1,"topic":"lobby",{fields}"before":"x"}}"#);
    let bytes = frame(TEXT, json.as_bytes());
    target.repeat(tracker, 4, move |target, _, _| {
        let bytes = bytes.clone();
        async move {
            let mut socket = open(&target).await?;
            while socket.write_all(&bytes).await.is_ok() {
                target.counters.answer(Some(200));
            }
            target.counters.closed();
            Some(())
        }
    });
}

pub(super) fn unread_tails(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 1_000, |target, _, _| async move {
        let mut socket = open(&target).await?;
        for reference in 0..20 {
            let json = format!(r#"{{"type":"subscribe","ref":{reference},"topic":"lobby","tail":200}}"#);
            socket.write_all(&frame(TEXT, json.as_bytes())).await.ok()?;
        }
        target.stop.cancelled().await;
        Some(())
    });
}

pub(super) fn empty_continuations(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 4, |target, _, _| async move {
        let mut socket = open(&target).await?;
        socket.write_all(&frame(FIRST_FRAGMENT, b"{")).await.ok()?;
        let parts = frame(CONTINUATION, b"").repeat(10_000);
        while socket.write_all(&parts).await.is_ok() {
            target.counters.answer(Some(200));
        }
        target.counters.closed();
        Some(())
    });
}
