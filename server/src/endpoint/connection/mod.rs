//! One connection's task: it sleeps, does all there is to do, writes, and sleeps again. Every way out is a [`Close`].
//!
//! What working takes is allocated for as long as it takes: asleep, a connection is a few hundred bytes.

mod asleep;
mod at_work;
#[cfg(test)]
mod tests;

use std::{
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    Bucket, Close, Endpoint, Flow, Socket,
    frame::Reader,
    goodbye::say_goodbye,
    keep_alive::Pulse,
    line::Line,
    manners::Manners,
    outlet::{Desk, Outlet},
};
use crate::{address_limits::AddressSeat, hub::Subscriber};

/// When a connection looks up that waits for no moment.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) struct Connection<E: Endpoint> {
    outlet: Arc<Outlet<E>>,
    reader: Reader,
    pulse: Pulse,
    bucket: Bucket,
    /// Its place among the connections of its address.
    of_address: Box<AddressSeat>,
    /// The hub may hold something that was not taken.
    looks: bool,
}

impl<E: Endpoint> Connection<E> {
    /// A connection and its desk, which takes the state out of its box. `early`: what has come on the line already.
    #[expect(clippy::boxed_local, reason = "whoever waits for the line keeps the state small")]
    pub(super) fn new(
        endpoint: Arc<E>,
        line: TcpStream,
        early: &[u8],
        state: Box<E::State>,
        manners: Arc<Manners>,
        of_address: AddressSeat,
    ) -> (Box<Self>, Box<Desk<E>>) {
        let now = Instant::now();
        let (hub, keep_alive) = (endpoint.hub().clone(), endpoint.keep_alive());
        let bucket = Bucket::full(manners.rate, now);
        let mut reader = Reader::new(manners.frame_bytes);
        reader.put(early);
        let outlet = Arc::new(Outlet::new(endpoint, manners, Line::new(line)));
        let ear: Weak<Outlet<E>> = Arc::downgrade(&outlet);
        let socket = Socket::new(hub, ear as Weak<dyn Subscriber<E::Frame>>);
        let connection = Self {
            outlet,
            reader,
            pulse: Pulse::new(keep_alive, now),
            bucket,
            of_address: Box::new(of_address),
            looks: false,
        };
        (Box::new(connection), Box::new(Desk { socket, state: *state }))
    }

    /// Until it ends.
    pub(super) async fn run(mut self: Box<Self>, mut desk: Box<Desk<E>>, drain: &CancellationToken) {
        let (mut timer, mut going) = (pin!(sleep(NEVER)), pin!(drain.cancelled()));
        let mut done = Box::pin(self.begin(&mut desk, drain)).await;
        while done.is_ok() {
            // What is to be done goes into the box at once: no task holds a place for it.
            let working = match self.sleep(desk, timer.as_mut(), going.as_mut()).await {
                Some((woken, turn)) => {
                    desk = woken;
                    Box::pin(self.work(&mut desk, turn, drain))
                }
                None => return,
            };
            done = working.await;
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

    async fn end(mut self: Box<Self>, desk: Box<Desk<E>>, close: Close) {
        let Desk { mut socket, state } = *desk;
        let last_words = std::mem::take(socket.outgoing());
        // Whoever waits for this one's leaving does not wait for its goodbye.
        drop(socket);
        self.outlet.endpoint().on_close(state, &close).await;
        let patience = self.outlet.manners().patience;
        say_goodbye(self.outlet.line(), &mut self.reader, last_words, close, patience).await;
    }
}

/// A task that ends before its time leaves nothing where others would go on writing.
impl<E: Endpoint> Drop for Connection<E> {
    fn drop(&mut self) {
        let desk = self.outlet.lock().take();
        drop(desk);
    }
}
