//! At work: the connection has its desk, does all that there is to do, and writes what came of it.

use std::{sync::Arc, time::Duration};

use app::protocol::CloseCode;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{Connection, asleep::Turn};
use crate::{
    endpoint::{
        Close, Endpoint, Flow, Message, frame::ReceivedFrame, goodbye::GOODBYE, keep_alive::Due,
        manners::Manners, outlet::Desk,
    },
    hub::Received,
};

/// Frames taken from the hub before the connection looks up again.
const FRAMES_A_TURN: usize = 512;
/// A write that takes this long waited for the peer.
const WAITED: Duration = Duration::from_secs(1);

impl<E: Endpoint> Connection<E> {
    /// Does all that there is to do, and writes what came of it.
    pub(super) async fn work(
        &mut self,
        desk: &mut Desk<E>,
        turn: Turn<E::Work>,
        drain: &CancellationToken,
    ) -> Flow {
        if self.outlet.is_broken() {
            return Err(Close::Us(CloseCode::Internal));
        }
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
            endpoint.on_drain(&mut desk.socket, &mut desk.state, self.outlet.manners().drain_ms);
            return Err(Close::Us(CloseCode::Drain));
        }
        self.write(desk, drain).await
    }

    /// Hears all that has come, as long as the endpoint wants to. Answers to many small requests are written as they gather:
    /// whoever asks and does not read costs no more than one who reads.
    pub(super) async fn hear_all(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        let endpoint = Arc::clone(self.outlet.endpoint());
        while endpoint.reads(&desk.state)
            && let Some(received) = self.reader.next_frame()?
        {
            self.hear(&endpoint, desk, received).await?;
            if self.is_much(desk) {
                self.write(desk, drain).await?;
            }
        }
        Ok(())
    }

    /// Each frame takes from the limits of its connection and its address, also one that completes no message yet.
    async fn hear(&mut self, endpoint: &E, desk: &mut Desk<E>, received: ReceivedFrame) -> Flow {
        let Desk { socket, state } = desk;
        if let Some(Message::Close(code)) = received.message {
            return Err(Close::Peer(code));
        }
        let (rate, now) = (self.outlet.manners().rate, Instant::now());
        let taken = self.bucket.take(rate, now).and_then(|()| self.of_address.receive(received.bytes, now));
        if let Err(retry_ms) = taken {
            return endpoint.on_too_fast(socket, state, received.message.as_ref(), retry_ms);
        }
        match received.message {
            Some(Message::Text(text)) => endpoint.on_text(socket, state, text).await,
            Some(Message::Binary(bytes)) => endpoint.on_binary(socket, state, bytes).await,
            Some(Message::Ping(bytes)) => {
                socket.send(Message::Pong(bytes));
                Ok(())
            }
            Some(Message::Pong(_) | Message::Close(_)) | None => Ok(()),
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
                    Received::Frame(frame) => endpoint.on_frame(socket, state, &topic, frame).await?,
                    Received::Lagged => endpoint.on_missed(socket, state, &topic).await?,
                }
                if self.is_much(desk) {
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
        let endpoint = self.outlet.endpoint();
        match self.pulse.due(endpoint.keep_alive(), Instant::now()) {
            Due::Ping(n) => desk.socket.send(endpoint.ping(&desk.state, n)),
            Due::NoPong => return Err(Close::Us(CloseCode::NoPong)),
            Due::Nothing => {}
        }
        Ok(())
    }

    fn is_much(&self, desk: &mut Desk<E>) -> bool {
        desk.socket.outgoing().bytes() >= self.outlet.manners().pending_bytes
    }

    /// Writes all that is queued, in one go. A peer that does not read holds up nobody but itself, and not for ever: nothing
    /// more is read from it meanwhile.
    pub(super) async fn write(&mut self, desk: &mut Desk<E>, drain: &CancellationToken) -> Flow {
        match self.outlet.line().write_now(desk.socket.outgoing()) {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(_) => return Err(Close::Gone),
        }
        let begun = Instant::now();
        let Manners { patience, pending, .. } = self.outlet.manners();
        let outgoing = desk.socket.outgoing();
        let reader = pending.wait(outgoing.own_bytes(), outgoing.bytes());
        tokio::select! {
            written = self.outlet.line().write(outgoing, *patience) => written?,
            () = reader.is_to_close() => return Err(Close::Us(CloseCode::Slow)),
            () = patience_ends(drain) => return Err(Close::Us(CloseCode::Drain)),
        }
        // A write that had to wait ended because the peer reads. What it said meanwhile is still to be heard, so its
        // silence is no sign of death.
        if begun.elapsed() >= WAITED {
            self.pulse.heard(Instant::now());
        }
        Ok(())
    }
}

/// A server that is going waits for a slow peer as long as for a goodbye.
async fn patience_ends(drain: &CancellationToken) {
    drain.cancelled().await;
    sleep_until(Instant::now() + GOODBYE).await;
}
