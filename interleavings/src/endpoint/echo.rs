//! The endpoint of the scenarios: clients publish numbers, which reach all subscribers through the hub.

use std::{
    collections::VecDeque,
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use app::protocol::TopicName;
use shuttle::{
    rand::{Rng, thread_rng},
    sync::{Mutex, mpsc},
};

use super::{
    CloseReason, ConnectionHandle, EncodedFrames, Endpoint, HandlerResult, Handshake, InlineDelivery,
    KeepAlive, Rejection,
};
use crate::{
    event_log::{Committer, PendingReceipt},
    hub::{FanOut, Hub},
};

/// A client's text that subscribes it once more.
pub(super) const SUBSCRIBE: &str = "subscribe";

/// From this number on nothing is published: the client's receipt is all that comes.
pub(super) const REFUSED: u32 = 90;

/// The receipts that the committer owes, each with its number.
pub(super) type Jobs = mpsc::Sender<(u32, Committer)>;

pub(super) struct Echo {
    pub(super) hub: Hub<u32>,
    jobs: Mutex<Jobs>,
}

/// The state of one connection: its publishes that were not acked.
#[derive(Default)]
pub(super) struct State {
    pending: VecDeque<(u32, PendingReceipt)>,
}

pub(super) fn topic() -> TopicName {
    "lobby".parse().unwrap()
}

/// Notifies all subscribers in chunks, like the task that the server spawns for it.
pub(super) fn notify_all(fan_out: Option<FanOut<u32>>) {
    let Some(mut fan_out) = fan_out else { return };
    while fan_out.notify_chunk() {
        shuttle::thread::yield_now();
    }
}

impl Echo {
    /// Creates the endpoint, and the jobs for its committer.
    pub(super) fn new(ring_capacity: usize) -> (Arc<Self>, mpsc::Receiver<(u32, Committer)>) {
        let (jobs, received) = mpsc::channel();
        (Arc::new(Self { hub: Hub::new(ring_capacity), jobs: Mutex::new(jobs) }), received)
    }

    /// Publishes a number.
    pub(super) fn publish(&self, number: u32) {
        if let Some((_, fan_out)) = self.hub.append(&topic(), number) {
            notify_all(fan_out);
        }
    }

    /// Commits a client's numbers: the receipt is there before the number is published, and its waiter is woken afterwards.
    pub(super) fn commit(&self, jobs: impl IntoIterator<Item = (u32, Committer)>) {
        for (number, committer) in jobs {
            let mut fan_out = None;
            committer.commit(number.into(), || {
                if number < REFUSED {
                    fan_out = self.hub.append(&topic(), number).and_then(|(_, fan_out)| fan_out);
                }
            });
            notify_all(fan_out);
        }
    }
}

impl State {
    fn poll_ack(&mut self, cx: &mut Context<'_>) -> Poll<u32> {
        let Some((_, receipt)) = self.pending.front_mut() else { return Poll::Pending };
        let receipt = ready!(Pin::new(receipt).poll(cx)).unwrap();
        self.pending.pop_front();
        Poll::Ready(receipt.seq as u32)
    }

    fn take_ack(&mut self) -> Option<u32> {
        let receipt = self.pending.front_mut()?.1.take()?.unwrap();
        self.pending.pop_front();
        Some(receipt.seq as u32)
    }
}

fn send_ack(connection: &mut ConnectionHandle<u32>, number: u32) {
    connection.send_text(format!("ack {number}"));
}

impl Endpoint for Echo {
    type State = State;
    type Frame = u32;
    type Work = u32;

    fn hub(&self) -> &Hub<u32> {
        &self.hub
    }

    fn keep_alive(&self) -> KeepAlive {
        KeepAlive { interval: Duration::ZERO, pong_timeout: Duration::ZERO }
    }

    fn on_open(&self, _: &Handshake) -> impl Future<Output = Result<State, Rejection>> + Send {
        ready(Ok(State::default()))
    }

    async fn on_start(&self, connection: &mut ConnectionHandle<u32>, _: &mut State) -> HandlerResult {
        connection.subscribe(&topic());
        connection.send_text("start");
        Ok(())
    }

    async fn on_text(
        &self,
        connection: &mut ConnectionHandle<u32>,
        state: &mut State,
        text: String,
    ) -> HandlerResult {
        if text == SUBSCRIBE {
            connection.subscribe(&topic());
            connection.send_text("start");
            return Ok(());
        }
        let number = text.parse().unwrap();
        let (committer, receipt) = Committer::new();
        state.pending.push_back((number, receipt));
        self.jobs.lock().unwrap().send((number, committer)).unwrap();
        Ok(())
    }

    async fn on_hub_frame(
        &self,
        connection: &mut ConnectionHandle<u32>,
        state: &mut State,
        _: &TopicName,
        number: u32,
    ) -> HandlerResult {
        while let Some(acked) = state.take_ack() {
            send_ack(connection, acked);
        }
        connection.send_text(number.to_string());
        Ok(())
    }

    fn deliver_inline(&self, state: &mut State, _: &TopicName, number: &u32) -> InlineDelivery {
        if !state.pending.is_empty() || thread_rng().gen_ratio(1, 3) {
            return InlineDelivery::Defer;
        }
        InlineDelivery::Write(EncodedFrames::text(&number.to_string()))
    }

    async fn on_lagged(
        &self,
        connection: &mut ConnectionHandle<u32>,
        _: &mut State,
        _: &TopicName,
    ) -> HandlerResult {
        connection.send_text("lagged");
        Ok(())
    }

    fn poll_work(&self, state: &mut State, cx: &mut Context<'_>) -> Poll<u32> {
        state.poll_ack(cx)
    }

    async fn on_work(
        &self,
        connection: &mut ConnectionHandle<u32>,
        state: &mut State,
        acked: u32,
    ) -> HandlerResult {
        send_ack(connection, acked);
        while let Some(acked) = state.take_ack() {
            send_ack(connection, acked);
        }
        Ok(())
    }
}
