//! The connections of a suspect, one at a time.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Instant,
};

use app::protocol::{ClientFrame, CloseCode, PROTOCOL_VERSION, ServerFrame, TopicName};
use tokio::time::sleep;

use super::seen::Seen;
use crate::{
    connection::{Connection, RESPONSE_TIMEOUT},
    random::Random,
};

/// The number of the request that subscribes. Those of drafts are higher.
const SUBSCRIBE: u64 = 1;

pub(super) struct Writer {
    pub(super) address: SocketAddr,
    pub(super) cookie: String,
    pub(super) writes_in: TopicName,
    pub(super) reads: TopicName,
    pub(super) random: Random,
    pub(super) seen: Arc<Seen>,
}

/// The drafts that were sent on a connection, by their numbers.
type Sent = HashMap<u64, Instant>;

impl Writer {
    pub(super) async fn run(mut self) {
        loop {
            let opened_at = Instant::now();
            let opened = Connection::open(self.address, &self.cookie, RESPONSE_TIMEOUT).await;
            if let Some(connection) = opened {
                self.write_until_closed(connection, opened_at).await;
            }
            sleep(self.random.millis(5..=40)).await;
        }
    }

    async fn write_until_closed(&mut self, mut connection: Connection, opened_at: Instant) {
        let code = AtomicU16::new(0);
        let mut sent = Sent::new();
        // A connection that is lost meanwhile may have been closed with a reason, which is read below.
        let _ = self.begin(&mut connection).await;
        loop {
            let may_close = |closed_with| {
                code.store(closed_with, Ordering::Relaxed);
                true
            };
            tokio::select! {
                received = connection.receive(may_close) => match received {
                    Ok(Some(frame)) => self.note(&frame, opened_at, &sent),
                    Ok(None) => break,
                    Err(fault) => return self.seen.failed(fault),
                },
                () = sleep(self.random.millis(2..=20)) => {
                    let _ = self.publish(&mut connection, &mut sent).await;
                }
            }
        }
        if code.load(Ordering::Relaxed) == CloseCode::Banned.number() {
            self.seen.closed();
        }
    }

    /// Returns `None` if the connection was lost, as the next functions do.
    async fn begin(&mut self, connection: &mut Connection) -> Option<()> {
        connection.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, name: None }).await?;
        let topic = self.reads.clone();
        let subscribe =
            ClientFrame::Subscribe { reference: SUBSCRIBE, topic, since: None, tail: 1, echo: true };
        connection.send(&subscribe).await
    }

    async fn publish(&mut self, connection: &mut Connection, sent: &mut Sent) -> Option<()> {
        let reference = SUBSCRIBE + 1 + sent.len() as u64;
        sent.insert(reference, Instant::now());
        let frame = ClientFrame::Publish {
            reference,
            topic: self.writes_in.clone(),
            draft: self.random.draft(),
            body: format!("spam {reference}"),
            reply_to: None,
        };
        connection.send(&frame).await
    }

    fn note(&self, frame: &ServerFrame, opened_at: Instant, sent: &Sent) {
        match frame {
            ServerFrame::Error { .. } | ServerFrame::Ping { .. } | ServerFrame::Drain { .. } => return,
            ServerFrame::Ack { reference, duplicate: false, .. } => {
                if let Some(sent_at) = sent.get(reference) {
                    self.seen.stored(*sent_at);
                }
            }
            _ => {}
        }
        self.seen.delivered(opened_at);
    }
}
