//! Whether the server should get requests, and why not.

use app::protocol::Timestamp;
use serde::Serialize;

use crate::{
    database::FailureKind,
    drain_notice::DrainNotice,
    event_log::{Continuity, LogReader, StoreFailure},
};

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
pub(crate) struct Readiness {
    status: Status,
    reasons: Vec<Reason>,
    /// The time of the last commit since the start, and of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_failure: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ready,
    /// Ready, but slower than it should be.
    Degraded,
    Unavailable,
}

#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    message: &'static str,
}

#[derive(Debug, Serialize)]
struct Failure {
    at: String,
    code: &'static str,
}

impl Readiness {
    /// A server that ends is not ready, whatever its database does: it answers at once.
    pub(crate) async fn of(log: &LogReader, is_degraded: bool, drain: &DrainNotice) -> Self {
        let faults = if drain.is_announced() { vec![DRAINING] } else { faults(log).await };
        let (status, reasons) = match faults.is_empty() {
            false => (Status::Unavailable, faults),
            true if is_degraded => (Status::Degraded, vec![HINTS_LOST]),
            true => (Status::Ready, Vec::new()),
        };
        Self {
            status,
            reasons,
            last_commit: log.last_commit().map(Timestamp::to_rfc3339),
            last_failure: log.last_failure().map(Failure::from),
        }
    }

    /// Returns what everybody may know.
    pub(crate) fn without_times(self) -> Self {
        Self { last_commit: None, last_failure: None, ..self }
    }

    /// Returns why the server is not ready, or slower than it should be.
    pub(crate) fn messages(&self) -> Vec<&'static str> {
        self.reasons.iter().map(|reason| reason.message).collect()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.status != Status::Unavailable
    }
}

const DRAINING: Reason = Reason { code: "draining", message: "the server shuts down" };

const DISK_LOW: Reason = Reason {
    code: "disk_low",
    message: "the disk is almost full: the server refuses writes and still serves reads (see min-free-disk)",
};

const EVENTS_LOST: Reason = Reason {
    code: "events_lost",
    message: "the database has lost acknowledged messages: stop all servers and run `chorus new-epoch`",
};

const EVENTS_UNVERIFIED: Reason = Reason {
    code: "events_unverified",
    message: "the database may have lost acknowledged messages, since another PostgreSQL server or timeline answers than before: \
              stop all servers and run `chorus new-epoch`",
};

const HINTS_LOST: Reason = Reason {
    code: "hints_lost",
    message: "hints of other servers on the database do not arrive; their events are found by polling (see poll-ms)",
};

/// Returns all reasons for which writes are refused.
async fn faults(log: &LogReader) -> Vec<Reason> {
    let store = log.check_store().await.err().map(Reason::from);
    let continuity = match log.continuity() {
        Continuity::Lost => Some(EVENTS_LOST),
        Continuity::Unverified => Some(EVENTS_UNVERIFIED),
        Continuity::Unbroken => None,
    };
    let disk = log.is_disk_low().then_some(DISK_LOW);
    [store, continuity, disk].into_iter().flatten().collect()
}

impl From<FailureKind> for Reason {
    fn from(kind: FailureKind) -> Self {
        Self { code: kind.name(), message: kind.message() }
    }
}

impl From<StoreFailure> for Failure {
    fn from(StoreFailure { at, kind }: StoreFailure) -> Self {
        Self { at: at.to_rfc3339(), code: kind.name() }
    }
}
