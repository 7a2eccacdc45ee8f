//! The server's process as its clients may know it: its ends, and the times at which it may refuse requests.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use app::protocol::{CloseCode, Event};

use crate::{
    Violation,
    options::{Options, UpgradeKind},
};

/// Read marks are stored once a second. A kill may take those of the last seconds; more than one on a busy machine.
const UNSTORED_READS: Duration = Duration::from_secs(3);
/// A server whose file was deleted or moved refuses writes within this time.
const REFUSED_WITHIN: Duration = Duration::from_secs(1);

pub(crate) struct ServerLife {
    /// The database may be out of reach, so `unavailable` is a valid answer.
    pub(crate) may_be_unavailable: bool,
    /// Several servers, over links that fail.
    is_cluster: bool,
    /// The database may be out of reach for so long that read marks are not stored for a while.
    may_lose_reads: bool,
    /// For each end of the server: read marks that it confirmed before this moment are stored.
    reads_stored_until: Mutex<Vec<Instant>>,
    /// Odd while the server shuts down.
    shutdowns: AtomicU64,
    /// Writes that were refused by the process that ran then.
    refusals: AtomicU64,
    /// The newest life, counted from 1, that must refuse all writes, because a file is gone. 0: none.
    refusing_life: AtomicU64,
    /// No event may be stored later: milliseconds since 1970.
    stores_until: AtomicU64,
}

impl ServerLife {
    pub(crate) fn new(options: &Options) -> Self {
        // A server waits for the tables that the newer one migrates.
        let migrates_meanwhile = options.upgrade == Some(UpgradeKind::Nodes);
        Self {
            may_be_unavailable: options.freezes
                || options.moves
                || options.nodes.is_some()
                || migrates_meanwhile,
            is_cluster: options.nodes.is_some(),
            may_lose_reads: options.freezes,
            reads_stored_until: Mutex::default(),
            shutdowns: AtomicU64::new(0),
            refusals: AtomicU64::new(0),
            refusing_life: AtomicU64::new(0),
            stores_until: AtomicU64::new(u64::MAX),
        }
    }

    /// Whether a server may close connections with this code, other than by a shutdown.
    pub(crate) fn may_close(&self, code: u16) -> bool {
        let database_is_gone = self.may_be_unavailable && code == CloseCode::Unavailable.number();
        // Over a stalled link, `hello` may come too late.
        let link_failed = CloseCode::should_reconnect(code) || code == CloseCode::NoHello.number();
        database_is_gone || self.is_cluster && link_failed
    }

    /// Notes that a shutdown begins. It ends with [`ended`](Self::ended).
    pub(crate) fn begins_shutdown(&self) {
        self.shutdowns.fetch_or(1, Ordering::Relaxed);
    }

    /// Notes an end, after the process has ended and before the next one starts. `lost_from` is the moment of the kill or fault;
    /// `None` if the server has stored everything.
    pub(crate) fn ended(&self, lost_from: Option<Instant>) {
        let until = lost_from.map_or_else(Instant::now, |at| at.checked_sub(UNSTORED_READS).unwrap_or(at));
        let until =
            if self.may_lose_reads { until.checked_sub(Duration::from_secs(3_600)) } else { Some(until) };
        let mut ends = self.reads_stored_until.lock().unwrap_or_else(PoisonError::into_inner);
        ends.push(until.unwrap_or_else(Instant::now));
        drop(ends);
        self.shutdowns.fetch_add(self.shutdowns.load(Ordering::Relaxed) & 1, Ordering::Relaxed);
        self.stores_until.store(u64::MAX, Ordering::Relaxed);
    }

    /// The number of ends so far, which identifies the process that runs now.
    pub(crate) fn number(&self) -> usize {
        self.reads_stored_until.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The moments until which read marks are stored, of the ends in the range.
    pub(crate) fn ends(&self, range: std::ops::Range<usize>) -> Vec<Instant> {
        let ends = self.reads_stored_until.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get(range).unwrap_or_default().to_vec()
    }

    /// A mark for [`was_shutting_down`](Self::was_shutting_down), to be taken before a request.
    pub(crate) fn shutdowns(&self) -> u64 {
        self.shutdowns.load(Ordering::Relaxed)
    }

    /// Whether the server was shutting down at some time since `before`.
    pub(crate) fn was_shutting_down(&self, before: u64) -> bool {
        before % 2 == 1 || self.shutdowns() != before
    }

    /// Notes that a file was deleted or moved just now.
    pub(crate) fn file_changed(&self) {
        let limit = SystemTime::now() + REFUSED_WITHIN;
        let limit =
            limit.duration_since(SystemTime::UNIX_EPOCH).map_or(u64::MAX, |time| time.as_millis() as u64);
        self.stores_until.store(limit, Ordering::Relaxed);
    }

    /// Notes that a write was refused in this life.
    pub(crate) fn refused(&self, life: usize) {
        self.refusals.fetch_add(u64::from(life == self.number()), Ordering::Relaxed);
    }

    /// The number of refused writes so far.
    pub(crate) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }

    /// Notes that the process that runs now must refuse every write from now on.
    pub(crate) fn must_refuse(&self) {
        self.refusing_life.store(self.number() as u64 + 1, Ordering::Relaxed);
    }

    /// Whether writes that are sent from now on must be refused by the process that runs now.
    pub(crate) fn is_refusing(&self) -> bool {
        self.refusing_life.load(Ordering::Relaxed) == self.number() as u64 + 1
    }

    /// Checks that an event was not stored after the time within which the server must refuse.
    pub(crate) fn check_time(&self, event: &Event) -> Result<(), Violation> {
        let limit = self.stores_until.load(Ordering::Relaxed);
        let late = event.at.0.saturating_sub(limit);
        if late == 0 {
            return Ok(());
        }
        Err(format!("{REFUSED_WITHIN:?} and {late} ms after its file was gone, the server stored {event:?}"))
    }
}
