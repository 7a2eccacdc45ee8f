//! One connection's task: one `select!`, every way out a [`Close`].

use std::{sync::Arc, time::Duration};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::SinkExt;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    Close, Endpoint, Flow, Socket,
    keep_alive::{Due, Pulse},
    peer::Written,
    rate::Bucket,
};
use crate::{clock::at, config::Limits, hub::Taken};
use app::protocol::CloseCode;

/// Queued bytes that are written before more is taken from the hub.
const WRITE_AT_BYTES: usize = 64 * 1_024;
/// Frames taken from the hub before the connection looks up again.
const FRAMES_A_TURN: usize = 512;
/// A write that takes this long waited for the peer.
const WAITED: Duration = Duration::from_secs(1);
/// How long the peer may take to answer the close frame.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long a line that cannot be read any more stays open, so that the close frame arrives before the reset.
const LINGER: Duration = Duration::from_millis(250);

pub(super) struct Connection<E: Endpoint> {
    endpoint: Arc<E>,
    line: WebSocket,
    socket: Socket<E::Frame>,
    state: E::State,
    pulse: Pulse,
    bucket: Bucket,
    patience: Patience,
    drain: CancellationToken,
    drain_ms: u64,
}

/// How long a peer may take nothing at all of what is written to it.
#[derive(Clone)]
struct Patience {
    written: Written,
    within: Duration,
}

/// What happened.
enum Turn<W> {
    Heard(Option<Result<Message, axum::Error>>),
    Work(W),
    Hub,
    Look,
    Drain,
}

impl<E: Endpoint> Connection<E> {
    pub(super) fn new(
        endpoint: Arc<E>,
        line: WebSocket,
        written: Written,
        state: E::State,
        limits: &Limits,
        drain: CancellationToken,
        drain_ms: u64,
    ) -> Self {
        let now = Instant::now();
        Self {
            socket: Socket::new(endpoint.hub().clone()),
            pulse: Pulse::new(endpoint.keep_alive(), now),
            bucket: Bucket::new(limits.frames_per_second, limits.frame_burst, now),
            patience: Patience { written, within: Duration::from_secs(limits.write_seconds) },
            endpoint,
            line,
            state,
            drain,
            drain_ms,
        }
    }

    /// Until it ends.
    pub(super) async fn run(mut self) {
        let close = match self.talk().await {
            Ok(never) => match never {},
            Err(close) => close,
        };
        let Self { endpoint, line, mut socket, state, patience, .. } = self;
        let last_words = socket.take_queue();
        // Whoever waits for this one's leaving does not wait for its goodbye.
        drop(socket);
        endpoint.on_close(state, &close).await;
        match close {
            Close::Us(code) => say_goodbye(line, last_words, code, patience).await,
            Close::Peer(_) => answer_goodbye(line).await,
            Close::Gone => {}
        }
    }

    async fn talk(&mut self) -> Result<std::convert::Infallible, Close> {
        self.endpoint.on_start(&mut self.socket, &mut self.state).await?;
        loop {
            self.write().await?;
            match self.next().await {
                Turn::Heard(message) => self.hear(message).await?,
                Turn::Work(work) => self.endpoint.on_work(&mut self.socket, &mut self.state, work).await?,
                Turn::Hub => self.deliver().await?,
                Turn::Look => self.look()?,
                Turn::Drain => {
                    self.endpoint.on_drain(&mut self.socket, &mut self.state, self.drain_ms);
                    return Err(Close::Us(CloseCode::Drain));
                }
            }
        }
    }

    /// The one place where a connection waits. Every future here may be dropped half-way.
    async fn next(&mut self) -> Turn<E::Work> {
        let reads = self.endpoint.reads(&self.state);
        let look = self.pulse.next_look();
        tokio::select! {
            message = self.line.recv(), if reads => Turn::Heard(message),
            work = self.endpoint.work(&mut self.state) => Turn::Work(work),
            () = self.socket.wake().notified() => Turn::Hub,
            () = at(look) => Turn::Look,
            () = self.drain.cancelled() => Turn::Drain,
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Flow {
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(Close::from_read_error(error)),
            None => return Err(Close::Gone),
        };
        let now = Instant::now();
        self.pulse.heard(now);
        if let Message::Close(frame) = message {
            return Err(Close::Peer(frame.map(|frame| frame.code)));
        }
        if let Err(retry_ms) = self.bucket.take(now) {
            return self.endpoint.on_too_fast(&mut self.socket, &mut self.state, &message, retry_ms);
        }
        match message {
            Message::Text(text) => self.endpoint.on_text(&mut self.socket, &mut self.state, text).await,
            Message::Binary(bytes) => self.endpoint.on_binary(&mut self.socket, &mut self.state, bytes).await,
            // The library answers pings itself, with the next write or read.
            _ => Ok(()),
        }
    }

    /// Takes what the hub has for this connection, writing as it goes so that little is held at once. After a turn's
    /// worth it looks up: a busy topic does not keep it from reading.
    async fn deliver(&mut self) -> Flow {
        let (mut index, mut taken_now) = (0, 0);
        while let Some(topic) = self.socket.subscription(index).cloned() {
            while let Some(taken) = self.socket.take(index) {
                let (socket, state) = (&mut self.socket, &mut self.state);
                match taken {
                    Taken::Frame(frame) => self.endpoint.on_frame(socket, state, &topic, frame).await?,
                    Taken::Missed => self.endpoint.on_missed(socket, state, &topic).await?,
                }
                if self.socket.queued_bytes() >= WRITE_AT_BYTES {
                    self.write().await?;
                }
                taken_now += 1;
                if taken_now == FRAMES_A_TURN {
                    self.socket.wake().notify_one();
                    return Ok(());
                }
            }
            index += 1;
        }
        Ok(())
    }

    fn look(&mut self) -> Flow {
        match self.pulse.due(Instant::now()) {
            Due::Ping(n) => self.socket.send(self.endpoint.ping(&self.state, n)),
            Due::NoPong => return Err(Close::Us(CloseCode::NoPong)),
            Due::Nothing => {}
        }
        Ok(())
    }

    /// Writes all that is queued, in one go. A peer that does not read holds up nobody but itself, and not for ever.
    async fn write(&mut self) -> Flow {
        let queue = self.socket.take_queue();
        if queue.is_empty() {
            return Ok(());
        }
        let begun = Instant::now();
        tokio::select! {
            written = write(&mut self.line, queue, &self.patience) => written?,
            () = patience_ends(&self.drain) => return Err(Close::Us(CloseCode::Drain)),
        }
        // A write that had to wait ended because the peer reads. What it said meanwhile is still to be heard, so its
        // silence is no sign of death.
        if begun.elapsed() >= WAITED {
            self.pulse.heard(Instant::now());
        }
        Ok(())
    }
}

/// A slow line is no dead one: as long as the peer takes something, it may take its time.
async fn write(line: &mut WebSocket, queue: Vec<Message>, patience: &Patience) -> Flow {
    let writing = async {
        for message in queue {
            line.feed(message).await?;
        }
        line.flush().await
    };
    let mut writing = std::pin::pin!(writing);
    loop {
        let before = patience.written.bytes();
        match timeout(patience.within, &mut writing).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(_)) => return Err(Close::Gone),
            Err(_) if patience.written.bytes() == before => return Err(Close::Us(CloseCode::Slow)),
            Err(_) => {}
        }
    }
}

/// Says why, once, and waits a moment for the peer to agree; a connection that is closed with unread input is reset,
/// and a reset can overtake the close frame.
async fn say_goodbye(mut line: WebSocket, mut queue: Vec<Message>, code: CloseCode, patience: Patience) {
    queue.push(Message::Close(Some(CloseFrame { code: code.number(), reason: code.reason().into() })));
    let within = if matches!(code, CloseCode::Slow | CloseCode::Drain) { GOODBYE } else { patience.within };
    if !matches!(timeout(within, write(&mut line, queue, &patience)).await, Ok(Ok(()))) {
        return;
    }
    let answered = async { while let Some(Ok(_)) = line.recv().await {} };
    let waited = Instant::now();
    let _ = timeout(GOODBYE, answered).await;
    if matches!(code, CloseCode::Limit | CloseCode::BadFrame) {
        sleep(LINGER.saturating_sub(waited.elapsed())).await;
    }
}

/// The library has the answer to a close frame ready; reading on lets it out and waits for the line's end.
async fn answer_goodbye(mut line: WebSocket) {
    let ended = async { while let Some(Ok(_)) = line.recv().await {} };
    let _ = timeout(GOODBYE, ended).await;
}

/// A server that is going waits for a slow peer as long as for a goodbye.
async fn patience_ends(drain: &CancellationToken) {
    drain.cancelled().await;
    sleep(GOODBYE).await;
}
