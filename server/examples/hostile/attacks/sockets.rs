//! Attacks over WebSockets.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Target;
use crate::raw::{frame, web_socket};

/// The first byte of a whole text message, of a text message that goes on, and of a part that goes on too.
const TEXT: u8 = 0x81;
const FIRST_PART: u8 = 0x01;
const NEXT_PART: u8 = 0x00;
/// Bytes of a message: just below the limit.
const LARGE: usize = 16_000;
/// Between two tries after a refusal.
const PAUSE: Duration = Duration::from_millis(100);

/// Opens a WebSocket; after a refusal it counts that, and waits.
async fn open(target: &Target) -> Option<TcpStream> {
    let socket = web_socket(target.server).await;
    target.count.answer(socket.is_some().then_some(101));
    if socket.is_none() {
        sleep(PAUSE).await;
    }
    socket
}

pub(super) fn held(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 5_000, |target, _, _| async move {
        let mut socket = open(&target).await?;
        while socket.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {}
        target.count.closed();
        Some(())
    });
}

pub(super) fn large_messages(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 100, |target, _, _| async move {
        let socket = open(&target).await?;
        let (mut from, mut to) = socket.into_split();
        let reads = async { while from.read(&mut [0; 4_096]).await.is_ok_and(|read| read > 0) {} };
        let writes = async {
            loop {
                let draft = Uuid::now_v7();
                let body = "a".repeat(LARGE);
                let json = format!(
                    r#"{{"type":"publish","ref":1,"topic":"lobby","draft":"{draft}","body":"{body}"}}"#
                );
                if to.write_all(&frame(TEXT, json.as_bytes())).await.is_err() {
                    break;
                }
                target.count.answer(Some(200));
            }
        };
        tokio::select! { () = reads => {}, () = writes => {} }
        target.count.closed();
        Some(())
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
        socket.write_all(&frame(FIRST_PART, b"{")).await.ok()?;
        let parts = frame(NEXT_PART, b"").repeat(10_000);
        while socket.write_all(&parts).await.is_ok() {
            target.count.answer(Some(200));
        }
        target.count.closed();
        Some(())
    });
}
