//! The metrics of a server. Their names are an interface: dashboards and alerts use them.

use std::{
    fmt::{Debug, Error, Formatter},
    sync::Arc,
};

use prometheus_client::{collector::Collector, encoding::DescriptorEncoder};

use super::{Sources, encoder::Encoder, process};
use crate::{accept::Tls, counters, endpoint::OpenConnections, refusals::RefusalCode};

/// The microseconds of a second.
const MICROSECONDS: f64 = 1e6;

/// Encodes a scrape.
pub(super) struct Scrape {
    pub(super) sources: Arc<Sources>,
    pub(super) is_ready: bool,
}

impl Debug for Scrape {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrape").finish_non_exhaustive()
    }
}

impl Collector for Scrape {
    fn encode(&self, encoder: DescriptorEncoder) -> Result<(), Error> {
        let mut encoder = Encoder(encoder);
        self.server(&mut encoder)?;
        self.certificate(&mut encoder)?;
        self.connections(&mut encoder)?;
        self.chat(&mut encoder)?;
        store(&mut encoder)?;
        delivery(&mut encoder)?;
        refusals(&mut encoder)?;
        process::encode(&mut encoder)
    }
}

impl Scrape {
    fn server(&self, encoder: &mut Encoder) -> Result<(), Error> {
        encoder.info("chorus_build", "Version of Chorus", ("version", env!("CARGO_PKG_VERSION")))?;
        encoder.gauge("chorus_ready", "1 if /readyz answers 200", u64::from(self.is_ready))?;
        let help = "Time of the last commit in seconds since 1970, 0 before the first";
        let last_commit = self.sources.log.last_commit().map_or(0.0, |at| at.0 as f64 / 1e3);
        encoder.gauge("chorus_last_commit_timestamp_seconds", help, last_commit)
    }

    /// Nothing without a certificate.
    fn certificate(&self, encoder: &mut Encoder) -> Result<(), Error> {
        let Some(expiry) = self.sources.tls.as_ref().and_then(Tls::expiry) else { return Ok(()) };
        let help = "Time at which the certificate expires in seconds since 1970";
        encoder.gauge("chorus_tls_certificate_expires_seconds", help, expiry.seconds())
    }

    fn connections(&self, encoder: &mut Encoder) -> Result<(), Error> {
        let Sources { connections, http, .. } = &*self.sources;
        let OpenConnections { sockets, event_streams } = connections.open_connections();
        let kinds = [("socket", sockets), ("event_stream", event_streams), ("http", http.count())];
        encoder.gauges("chorus_connections", "Open connections by kind", "kind", &kinds)?;
        let pending = connections.pending();
        encoder.gauge("chorus_pending_bytes", "Bytes that wait for slow readers", pending.total())?;
        encoder.gauge("chorus_slow_readers", "Connections that wait for their readers", pending.readers())
    }

    /// Nothing once the chat is gone, at the end of a shutdown.
    fn chat(&self, encoder: &mut Encoder) -> Result<(), Error> {
        let Some(chat) = self.sources.chat.upgrade() else { return Ok(()) };
        let subscriptions = chat.subscription_count();
        encoder.gauge(
            "chorus_subscriptions",
            "Subscriptions of connections and event streams",
            subscriptions,
        )?;
        encoder.gauge("chorus_live_topics", "Topics with subscribers", chat.subscribed_topics())?;
        let (queued, capacity) = chat.log_handle().commit_queue();
        encoder.gauge("chorus_commit_queue_events", "Events that wait to be stored", queued)?;
        encoder.gauge("chorus_commit_queue_capacity", "Value of commit-queue", capacity)
    }
}

fn store(encoder: &mut Encoder) -> Result<(), Error> {
    let committed = counters::EVENTS_PUBLISHED.total();
    encoder.counter("chorus_events_published", "Events that this server has stored", committed)?;
    let help = "Time until a batch of events is on disk";
    encoder.histogram("chorus_commit_seconds", help, counters::COMMIT_TIME.totals(), MICROSECONDS)?;
    encoder.histogram("chorus_commit_events", "Events in a batch", counters::BATCH_EVENTS.totals(), 1.0)?;
    let errors = [("commit", counters::COMMIT_ERRORS.total()), ("read", counters::READ_ERRORS.total())];
    encoder.counters("chorus_store_errors", "Failed commits and reads", "operation", &errors)
}

fn delivery(encoder: &mut Encoder) -> Result<(), Error> {
    let delivered = counters::FRAMES_DELIVERED.total();
    let help = "Frames of events and presence, once for each subscriber";
    encoder.counter("chorus_frames_delivered", help, delivered)?;
    let begun = [
        ("tail", counters::SUBSCRIPTIONS_FRESH.total()),
        ("resume", counters::SUBSCRIPTIONS_RESUMED.total()),
        ("reset", counters::SUBSCRIPTIONS_RESET.total()),
    ];
    encoder.counters("chorus_subscriptions_begun", "Subscriptions by how they began", "mode", &begun)?;
    let closed = counters::SLOW_READERS_CLOSED.total();
    encoder.counter("chorus_slow_readers_closed", "Connections closed since nothing was read", closed)?;
    let help = "Time to render a page";
    encoder.histogram("chorus_page_render_seconds", help, counters::RENDER_TIME.totals(), MICROSECONDS)
}

fn refusals(encoder: &mut Encoder) -> Result<(), Error> {
    let by_code: Vec<_> = RefusalCode::ALL.iter().map(|code| (code.name(), code.total())).collect();
    encoder.counters("chorus_refusals", "Refused requests, connections and frames", "code", &by_code)
}
