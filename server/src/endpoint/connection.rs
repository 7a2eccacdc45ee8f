//! One connection's task: it sleeps, does all there is to do, writes, and sleeps again. Every way out is a [`Close`].
//!
//! What working takes is allocated for as long as it takes: asleep, a connection is a few hundred bytes.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Arc, Weak},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    time::{Instant, Sleep, sleep, sleep_until},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::{
    Close, Endpoint, Flow, Message, Socket,
    frame::Reader,
    goodbye::{GOODBYE, say_goodbye},
    keep_alive::{Due, Pulse},
    line::Line,
    manners::Manners,
    outlet::{Desk, Outlet},
    rate::Bucket,
};
use crate::hub::{Ear, Taken};
use app::protocol::CloseCode;

/// Queued bytes that are written before more is taken from the hub.
const WRITE_AT_BYTES: usize = 64 * 1_024;
/// Frames taken from the hub before the connection looks up again.
const FRAMES_A_TURN: usize = 512;
/// A write that takes this long waited for the peer.
const WAITED: Duration = Duration::from_secs(1);
/// When a connection looks up that waits for no moment.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Connection<E: Endpoint> {
    outlet: Arc<Outlet<E>>,
    reader: Reader,
    pulse: Pulse,
    bucket: Bucket,
    manners: Manners,
    /// The hub may hold something that was not taken.
    looks: bool,
}

/// Why it woke up: all that is there at once.
struct Turn<W> {
    read: Option<Flow>,
    work: Option<W>,
    due: bool,
    drain: bool,
}

impl<E: Endpoint> Connection<E> {
    /// A connection and its desk. `early`: what has come on the line already.
    pub(super) fn new(
        endpoint: Arc<E>,
        line: TcpStream,
        early: &[u8],
        state: E::State,
        manners: Manners,
    ) -> (Box<Self>, Box<Desk<E>>) {
        let now = Instant::now();
        let (hub, keep_alive) = (endpoint.hub().clone(), endpoint.keep_alive());
        let outlet = Arc::new(Outlet::new(endpoint, Line::new(line)));
        let ear: Weak<Outlet<E>> = Arc::downgrade(&outlet);
        let socket = Socket::new(hub, ear as Weak<dyn Ear<E::Frame>>);
        let mut reader = Reader::new(manners.frame_bytes);
        reader.put(early);
        let connection = Self {
            outlet,
            reader,
            pulse: Pulse::new(keep_alive, now),
            bucket: Bucket::new(manners.frames_per_second, manners.frame_burst, now),
            manners,
            looks: false,
        };
        (Box::new(connection), Box::new(Desk { socket, state }))
    }

    /// Until it ends.
    pub(super) async fn run(mut self: Box<Self>, mut desk: Box<Desk<E>>, drain: &CancellationToken) {
        let (mut timer, mut going) = (pin!(sleep(NEVER)), pin!(drain.cancelled()));
        let mut done = Box::pin(self.begin(&mut desk, drain)).await;
        while done.is_ok() {
            let turn;
            (desk, turn) = match self.sleep(desk, timer.as_mut(), going.as_mut()).await {
                Some(woken) => woken,
                None => return,
            };
            done = Box::pin(self.work(&mut desk, turn, drain)).await;
        }
        if let Err(close) = done {
            Box::pin(self.end(desk, close)).await;
        }
    }

    async fn begin(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        let endpoint = Arc::clone(self.outlet.endpoint());
        endpoint.on_start(&mut desk.socket, &mut desk.state).await?;
        self.hear_all(desk, drain).await?;
        self.write(desk, drain).await
    }

    /// Waits until there is something to do. Meanwhile the desk lies where it can be reached.
    async fn sleep(
        &mut self,
        mut desk: Box<Desk<E>>,
        mut timer: Pin<&mut Sleep>,
        mut going: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> Option<(Box<Desk<E>>, Turn<E::Work>)> {
        self.looks |= desk.socket.looks_again();
        self.outlet.leave(desk);
        let turn = poll_fn(|cx| self.poll(cx, timer.as_mut(), going.as_mut())).await;
        // Nobody but this task takes the desk away.
        Some((self.outlet.lock().take()?, turn))
    }

    /// All that there is to do.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut timer: Pin<&mut Sleep>,
        going: Pin<&mut WaitForCancellationFuture<'_>>,
    ) -> Poll<Turn<E::Work>> {
        self.looks |= self.outlet.was_woken(cx);
        let (work, reads, look_at) = self.poll_endpoint(cx);
        let read = match reads.then(|| self.outlet.line().poll_read(cx, &mut self.reader)) {
            Some(Poll::Ready(read)) => Some(read),
            _ => None,
        };
        let next = [self.pulse.next_look(), look_at].into_iter().flatten().min();
        if let Some(next) = next.filter(|next| *next != timer.deadline()) {
            timer.as_mut().reset(next);
        }
        let due = next.is_some() && timer.poll(cx).is_ready();
        let drain = going.poll(cx).is_ready();
        let turn = Turn { read, work, due, drain };
        let idle = turn.read.is_none() && turn.work.is_none() && !(turn.due || turn.drain || self.looks);
        if idle { Poll::Pending } else { Poll::Ready(turn) }
    }

    /// The endpoint's own work, whether it reads, and when to ask again.
    fn poll_endpoint(&self, cx: &mut Context<'_>) -> (Option<E::Work>, bool, Option<Instant>) {
        let (endpoint, mut desk) = (self.outlet.endpoint(), self.outlet.lock());
        let Some(Desk { state, .. }) = desk.as_deref_mut() else { return (None, false, None) };
        let work = match endpoint.poll_work(state, cx) {
            Poll::Ready(work) => Some(work),
            Poll::Pending => None,
        };
        (work, endpoint.reads(state), endpoint.look_at(state))
    }

    /// Does all that there is to do, and writes what came of it.
    async fn work(&mut self, desk: &mut Desk<E>, turn: Turn<E::Work>, drain: &CancellationToken) -> Flow {
        let endpoint = Arc::clone(self.outlet.endpoint());
        if let Some(work) = turn.work {
            endpoint.on_work(&mut desk.socket, &mut desk.state, work).await?;
        }
        if let Some(read) = turn.read {
            self.pulse.heard(Instant::now());
            read?;
        }
        self.hear_all(desk, drain).await?;
        if std::mem::take(&mut self.looks) || desk.socket.looks_again() {
            self.deliver(desk, drain).await?;
        }
        if turn.due {
            self.look(desk)?;
        }
        if turn.drain {
            endpoint.on_drain(&mut desk.socket, &mut desk.state, self.manners.drain_ms);
            return Err(Close::Us(CloseCode::Drain));
        }
        self.write(desk, drain).await
    }

    /// Hears all that has come, as long as the endpoint wants to. Answers to many small requests are written as they gather:
    /// whoever asks and does not read costs no more than one who reads.
    async fn hear_all(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        let endpoint = Arc::clone(self.outlet.endpoint());
        while endpoint.reads(&desk.state)
            && let Some(message) = self.reader.next()?
        {
            self.hear(&endpoint, desk, message).await?;
            if desk.socket.outgoing().bytes() >= WRITE_AT_BYTES {
                self.write(desk, drain).await?;
            }
        }
        Ok(())
    }

    async fn hear(&mut self, endpoint: &E, desk: &mut Desk<E>, message: Message) -> Flow {
        let Desk { socket, state } = desk;
        if let Message::Close(code) = message {
            return Err(Close::Peer(code));
        }
        if let Err(retry_ms) = self.bucket.take(Instant::now()) {
            return endpoint.on_too_fast(socket, state, &message, retry_ms);
        }
        match message {
            Message::Text(text) => endpoint.on_text(socket, state, text).await,
            Message::Binary(bytes) => endpoint.on_binary(socket, state, bytes).await,
            Message::Ping(bytes) => {
                socket.send(Message::Pong(bytes));
                Ok(())
            }
            Message::Pong(_) | Message::Close(_) => Ok(()),
        }
    }

    /// Takes what the hub has for this connection, writing as it goes so that little is held at once. After a turn's
    /// worth it looks up: a busy topic does not keep it from reading.
    async fn deliver(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        let endpoint = Arc::clone(self.outlet.endpoint());
        let (mut index, mut taken_now) = (0, 0);
        while let Some(topic) = desk.socket.subscription(index).cloned() {
            while let Some(taken) = desk.socket.take(index) {
                let Desk { socket, state } = &mut *desk;
                match taken {
                    Taken::Frame(frame) => endpoint.on_frame(socket, state, &topic, frame).await?,
                    Taken::Missed => endpoint.on_missed(socket, state, &topic).await?,
                }
                if desk.socket.outgoing().bytes() >= WRITE_AT_BYTES {
                    self.write(desk, drain).await?;
                }
                taken_now += 1;
                if taken_now == FRAMES_A_TURN {
                    desk.socket.look_again();
                    return Ok(());
                }
            }
            index += 1;
        }
        Ok(())
    }

    fn look(&mut self, desk: &mut Desk<E>) -> Flow {
        match self.pulse.due(Instant::now()) {
            Due::Ping(n) => desk.socket.send(self.outlet.endpoint().ping(&desk.state, n)),
            Due::NoPong => return Err(Close::Us(CloseCode::NoPong)),
            Due::Nothing => {}
        }
        Ok(())
    }

    /// Writes all that is queued, in one go. A peer that does not read holds up nobody but itself, and not for ever.
    async fn write(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        match self.outlet.line().write_now(desk.socket.outgoing()) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(_) => return Err(Close::Gone),
        }
        let begun = Instant::now();
        tokio::select! {
            written = self.outlet.line().write(desk.socket.outgoing(), self.manners.patience) => written?,
            () = patience_ends(drain) => return Err(Close::Us(CloseCode::Drain)),
        }
        // A write that had to wait ended because the peer reads. What it said meanwhile is still to be heard, so its
        // silence is no sign of death.
        if begun.elapsed() >= WAITED {
            self.pulse.heard(Instant::now());
        }
        Ok(())
    }

    async fn end(mut self: Box<Self>, desk: Box<Desk<E>>, close: Close) {
        let Desk { mut socket, state } = *desk;
        let last_words = std::mem::take(socket.outgoing());
        // Whoever waits for this one's leaving does not wait for its goodbye.
        drop(socket);
        self.outlet.endpoint().on_close(state, &close).await;
        say_goodbye(self.outlet.line(), &mut self.reader, last_words, close, self.manners.patience).await;
    }
}

/// A task that ends before its time leaves nothing where others would go on writing.
impl<E: Endpoint> Drop for Connection<E> {
    fn drop(&mut self) {
        let desk = self.outlet.lock().take();
        drop(desk);
    }
}

/// A server that is going waits for a slow peer as long as for a goodbye.
async fn patience_ends(drain: &CancellationToken) {
    drain.cancelled().await;
    sleep_until(Instant::now() + GOODBYE).await;
}
