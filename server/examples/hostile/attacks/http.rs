//! Attacks over HTTP.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{RETRY_DELAY, Target};
use crate::raw::{connect, request, request_status};

/// Connections that an attack with unfinished requests holds open.
const HELD_CONNECTIONS: u64 = 1_000;
/// Connections without a request: half of them have sent none at all.
const IDLE_CONNECTIONS: u64 = 600;

pub(super) fn streams_closed_at_once(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 20, |target, task, iteration| async move {
        let mut stream = connect(target.server).await?;
        let line = format!("GET /api/v1/topics/lobby/events?after={}", (task * 17 + iteration) % 300);
        stream.write_all(request(target.server, &line, "").as_bytes()).await.ok()?;
        target.counters.answer(Some(200));
        sleep(Duration::from_millis((task + iteration) % 5)).await;
        Some(())
    });
}

pub(super) fn half_heads(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, HELD_CONNECTIONS, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        stream.write_all(b"GET /t/lobby HTTP/1.1\r\nX-Half: ").await.ok()?;
        until_closed(&target, stream).await
    });
}

pub(super) fn half_bodies(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, HELD_CONNECTIONS, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        let rest = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 200000\r\n";
        stream.write_all(request(target.server, "POST /t/lobby", rest).as_bytes()).await.ok()?;
        stream.write_all(&[b'a'; 100]).await.ok()?;
        until_closed(&target, stream).await
    });
}

/// Connections that send nothing, and ones that are kept after a response.
pub(super) fn idle(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, IDLE_CONNECTIONS, |target, task, _| async move {
        let mut stream = connect(target.server).await?;
        if task % 2 == 0 {
            request_status(&mut stream, &request(target.server, "GET /healthz", "")).await?;
        }
        until_closed(&target, stream).await
    });
}

pub(super) fn slow_readers(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 400, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        let line = "GET /api/v1/topics/lobby/messages?limit=200";
        target.counters.answer(request_status(&mut stream, &request(target.server, line, "")).await);
        target.stop.cancelled().await;
        Some(())
    });
}

pub(super) fn held_streams(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 5_000, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        let status =
            request_status(&mut stream, &request(target.server, "GET /api/v1/topics/lobby/events", ""))
                .await?;
        if status == 200 {
            return until_closed(&target, stream).await;
        }
        target.counters.answer(Some(status));
        sleep(RETRY_DELAY).await;
        Some(())
    });
}

pub(super) fn topics(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 4, |target, _, _| async move {
        let draft = Uuid::now_v7();
        let body = format!("draft={draft}&title=t{}&name=&description=", draft.simple());
        let rest = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n",
            body.len()
        );
        let mut stream = connect(target.server).await?;
        target.counters.answer(
            request_status(&mut stream, &(request(target.server, "POST /topics", &rest) + &body)).await,
        );
        Some(())
    });
}

/// Forms over the limits of their address. A page that returned each text would be larger than the form.
pub(super) fn refused_forms(target: &Target, tracker: &TaskTracker) {
    let body = format!("message={}", "%3C".repeat(15_000));
    target.repeat(tracker, 20, move |target, _, _| {
        let rest = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nOrigin: http://{}\r\nConnection: close\r\n",
            body.len(),
            target.server
        );
        let form = request(target.server, "POST /t/lobby", &rest) + &body;
        async move {
            let mut stream = connect(target.server).await?;
            target.counters.answer(request_status(&mut stream, &form).await);
            Some(())
        }
    });
}

pub(super) fn phrases(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 20, |target, _, _| async move {
        let words = vec!["the%20quick%20brown%20fox"; 30].join("%20");
        let line = format!("GET /api/v1/search?q=%22{words}%22");
        let mut stream = connect(target.server).await?;
        target.counters.answer(
            request_status(&mut stream, &request(target.server, &line, "Connection: close\r\n")).await,
        );
        Some(())
    });
}

pub(super) fn sitemap(target: &Target, tracker: &TaskTracker) {
    target.repeat(tracker, 8, |target, _, _| async move {
        let mut stream = connect(target.server).await?;
        target.counters.answer(
            request_status(&mut stream, &request(target.server, "GET /sitemap.xml", "Connection: close\r\n"))
                .await,
        );
        Some(())
    });
}

/// Holds a connection until the server closes it.
async fn until_closed(target: &Target, mut stream: TcpStream) -> Option<()> {
    target.counters.answer(Some(200));
    while stream.read(&mut [0; 512]).await.is_ok_and(|read| read > 0) {}
    target.counters.closed();
    sleep(RETRY_DELAY).await;
    Some(())
}
