//! Attacks on the HTTP API.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncWriteExt, Interest},
    sync::OnceCell,
    time::sleep,
};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{RETRY_DELAY, Target};
use crate::raw::{connect, request, request_status, response_head};

/// Streams that are held by clients that do not read.
const STALLED_STREAMS: u64 = 200;
/// The first of 80 emoji in a row (U+1F600 to U+1F64F).
const FIRST_EMOJI: u32 = 0x1f600;
const EMOJI: u64 = 80;
/// Emoji that are tried once. The later ones are tried over and over: a reaction that was stored may be stored again.
const FIRST_REACTIONS: u64 = 40;

/// Long pages of messages, as fast as one address can ask for them.
pub(super) fn reads(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 20, |target, _, _| async move {
        let line = "GET /api/v1/topics/lobby/messages?limit=200";
        let mut stream = connect(target.server).await?;
        let request = request(target.server, line, "Connection: close\r\n");
        target.counters.answer(request_status(&mut stream, &request).await);
        Some(())
    });
}

/// Guesses at the access secret. One that the server has compared (401) counts as admitted.
pub(super) fn wrong_secrets(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 20, |target, task, iteration| async move {
        let rest = format!("Authorization: Bearer guess-{task}-{iteration}\r\nConnection: close\r\n");
        let mut stream = connect(target.server).await?;
        let status = request_status(&mut stream, &request(target.server, "GET /api/v1/topics", &rest)).await;
        target.counters.answer(if status == Some(401) { Some(200) } else { status });
        Some(())
    });
}

/// Event streams of which nothing is read after the head. Refused streams are not counted: another attack opens too many.
pub(super) fn stalled_streams(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, STALLED_STREAMS, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        let line = "GET /api/v1/topics/lobby/events?after=0";
        let status = request_status(&mut stream, &request(target.server, line, "")).await?;
        if status != 200 {
            sleep(RETRY_DELAY).await;
            return Some(());
        }
        target.counters.answer(Some(status));
        // Reading would be a sign of life: the server resets the connection.
        stream.ready(Interest::ERROR).await.ok()?;
        target.counters.closed();
        Some(())
    });
}

/// Reactions of one person to one message.
pub(super) fn reactions(target: &Target, tracker: &TaskTracker) {
    let cookie = Arc::new(OnceCell::new());
    let next = Arc::new(AtomicU64::new(0));
    target.repeat(tracker, 4, move |target, _, _| {
        let cookie = Arc::clone(&cookie);
        let emoji = emoji(next.fetch_add(1, Ordering::Relaxed));
        async move {
            let Ok(cookie) = cookie.get_or_try_init(|| session(target.server)).await else {
                sleep(RETRY_DELAY).await;
                return None;
            };
            let rest = format!(
                "Cookie: {cookie}\r\nIdempotency-Key: {}\r\nContent-Length: 0\r\nConnection: close\r\n",
                Uuid::now_v7()
            );
            let line = format!("PUT /api/v1/topics/lobby/messages/1/reactions/{emoji}");
            let mut stream = connect(target.server).await?;
            target.counters.answer(request_status(&mut stream, &request(target.server, &line, &rest)).await);
            Some(())
        }
    });
}

/// The emoji of the n-th reaction, percent-encoded.
fn emoji(n: u64) -> String {
    let n = if n < EMOJI { n } else { FIRST_REACTIONS + n % (EMOJI - FIRST_REACTIONS) };
    let emoji = char::from_u32(FIRST_EMOJI + n as u32).expect("an emoji");
    emoji.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Begins a session, and returns its cookie.
async fn session(server: SocketAddr) -> Result<String, ()> {
    let begin = async {
        let mut stream = connect(server).await?;
        let rest = "Content-Length: 2\r\nConnection: close\r\n";
        let request = request(server, "POST /api/v1/session", rest) + "{}";
        stream.write_all(request.as_bytes()).await.ok()?;
        let head = response_head(&mut stream).await?;
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "))?;
        cookie.split(';').next().map(str::to_owned)
    };
    begin.await.ok_or(())
}
