//! Opens a connection every few milliseconds, and counts those that are refused.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::sleep};

use crate::counters::Counter;

const PROBE_INTERVAL: Duration = Duration::from_millis(5);

/// It ends on drop.
pub(super) struct ConnectionProbe {
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    opened: Counter,
    refused: Counter,
}

impl ConnectionProbe {
    pub(super) fn start(address: SocketAddr) -> Self {
        let counts = Arc::new(Counts::default());
        let task = tokio::spawn(probe(address, Arc::clone(&counts)));
        Self { counts, task }
    }

    pub(super) fn opened(&self) -> u64 {
        self.counts.opened.get()
    }

    pub(super) fn refused(&self) -> u64 {
        self.counts.refused.get()
    }
}

impl Drop for ConnectionProbe {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn probe(address: SocketAddr, counts: Arc<Counts>) {
    loop {
        // A client of its own for each request, so that no connection is used twice. While no server runs, the kernel accepts a
        // connection for the next one, which answers it.
        match reqwest::get(format!("http://{address}/healthz")).await {
            Err(error) if error.is_connect() => counts.refused.increment(),
            _ => counts.opened.increment(),
        }
        sleep(PROBE_INTERVAL).await;
    }
}
