//! The settings that Chorus relies on, and how they reach PostgreSQL.
//!
//! A connection to the server itself asks for them once, when it is opened. A pooler refuses or drops such options, and in
//! transaction mode each transaction may run in another session. So there each transaction begins with `SET LOCAL`, sent
//! together with its `BEGIN`: no further round trip, and nothing that stays in a session that others use as well.

use std::{borrow::Cow, time::Duration};

use sea_orm::sqlx::postgres::PgConnectOptions;

use super::super::WAIT_TIMEOUT;
use crate::config::SyncMode;

/// Begins a transaction in which each statement sees what was committed before it, as after the wait for a topic's lock.
pub(in crate::database) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Marks the connections of Chorus servers to PostgreSQL itself.
const APPLICATION_NAME: &str = "chorus";
/// Marks the connection on which a server receives hints.
pub(crate) const LISTEN_APPLICATION_NAME: &str = "chorus listen";
/// Marks the connection on which a server sends hints.
pub(crate) const NOTIFY_APPLICATION_NAME: &str = "chorus notify";
/// All names that only a running server has on connections of its own.
pub(super) const SERVER_APPLICATION_NAMES: [&str; 3] =
    [APPLICATION_NAME, LISTEN_APPLICATION_NAME, NOTIFY_APPLICATION_NAME];
/// Marks the connections through a pooler, which outlive the Chorus server that used them.
const POOLED_APPLICATION_NAME: &str = "chorus pooled";
/// The time between the end of a wait for a lock and that of the transaction.
const LOCK_TIMEOUT_MARGIN: Duration = Duration::from_millis(500);
/// After how many milliseconds without a TCP acknowledgement PostgreSQL drops a connection to this server.
const TCP_USER_TIMEOUT_MS: &str = "10000";

/// Whether a connection has a session of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::database) enum SessionMode {
    /// It has one, with its settings and its prepared statements.
    #[default]
    Own,
    /// A pooler may run each transaction in another session.
    Pooled {
        /// How durable a commit is.
        sync: SyncMode,
        /// Whether the pooler prepares a statement again in each session that runs it.
        prepared_statements: bool,
    },
}

impl SessionMode {
    /// Returns the script that begins a transaction with its settings, and with a shorter `lock_timeout` if there is one.
    pub(in crate::database) fn begin_bounded_sql(
        self,
        begin: &str,
        lock_timeout: Option<Duration>,
    ) -> Cow<'_, str> {
        let mut script = self.begin_sql(begin);
        if let Some(timeout) = lock_timeout {
            script.to_mut().push_str(&format!("; SET LOCAL lock_timeout = {}", timeout.as_millis().max(1)));
        }
        script
    }

    /// Returns the script that begins a transaction with its settings.
    pub(in crate::database) fn begin_sql(self, begin: &str) -> Cow<'_, str> {
        let Self::Pooled { sync, .. } = self else { return Cow::Borrowed(begin) };
        let mut script = begin.to_owned();
        for (setting, value) in settings(sync) {
            script.push_str(&format!("; SET LOCAL {setting} = {value}"));
        }
        Cow::Owned(script)
    }

    /// Whether each statement needs a transaction, for its settings and because its parts may reach different sessions.
    pub(in crate::database) fn needs_transactions(self) -> bool {
        self != Self::Own
    }

    /// Whether a statement may be prepared once and used in later transactions.
    pub(in crate::database) fn keeps_prepared_statements(self) -> bool {
        !matches!(self, Self::Pooled { prepared_statements: false, .. })
    }
}

/// Returns for how long a transaction with this time limit may wait for a lock, or `None` if that is as long as for all. The wait
/// ends first, so that a lock that is held elsewhere is an answer of PostgreSQL, and the connection can be used again.
pub(in crate::database) fn lock_timeout_within(timeout: Duration) -> Option<Duration> {
    let limit = timeout.saturating_sub(LOCK_TIMEOUT_MARGIN).max(timeout / 2);
    (limit < WAIT_TIMEOUT).then_some(limit)
}

/// The settings of a transaction that writes. Times are in milliseconds, PostgreSQL's unit of these settings.
fn settings(sync: SyncMode) -> [(&'static str, String); 3] {
    let synchronous_commit = match sync {
        SyncMode::Full => "on",
        SyncMode::Normal => "off",
    };
    let wait_ms = WAIT_TIMEOUT.as_millis().to_string();
    [
        ("synchronous_commit", synchronous_commit.to_owned()),
        ("lock_timeout", wait_ms.clone()),
        // Frees the topics that a process has locked that hangs inside a transaction.
        ("idle_in_transaction_session_timeout", wait_ms),
    ]
}

/// The names and values, as `pg_settings` has them, of all settings that must hold in a transaction.
pub(super) fn required_settings(sync: SyncMode) -> Vec<(&'static str, String)> {
    let mut all = settings(sync).to_vec();
    all.push(("transaction_isolation", "read committed".to_owned()));
    all.push(("client_encoding", "UTF8".to_owned()));
    all
}

/// The options of a connection to PostgreSQL itself.
pub(super) fn direct_options(options: PgConnectOptions, sync: SyncMode) -> PgConnectOptions {
    options.application_name(APPLICATION_NAME).options(settings(sync)).options([
        // A transaction that has waited for a topic's lock sees what was committed meanwhile.
        ("default_transaction_isolation", "read committed"),
        // PostgreSQL drops its side of a silently dead connection, and the locks with it, within half a minute. This server's
        // side has the time limits of `lease`.
        ("tcp_user_timeout", TCP_USER_TIMEOUT_MS),
        ("tcp_keepalives_idle", "15"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
    ])
}

/// The options of a connection through a pooler: none that PgBouncer refuses.
pub(super) fn pooled_options(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name(POOLED_APPLICATION_NAME).extra_float_digits(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_through_a_pooler_begins_with_its_settings() {
        let pooled = SessionMode::Pooled { sync: SyncMode::Full, prepared_statements: false };
        assert_eq!(
            pooled.begin_sql("BEGIN"),
            "BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = 5000; \
             SET LOCAL idle_in_transaction_session_timeout = 5000"
        );
        assert_eq!(SessionMode::Own.begin_sql("BEGIN"), "BEGIN");
    }

    #[test]
    fn a_wait_for_a_lock_ends_before_the_transaction_does() {
        let begin = |timeout_ms| {
            let timeout = lock_timeout_within(Duration::from_millis(timeout_ms));
            SessionMode::Own.begin_bounded_sql("BEGIN", timeout).into_owned()
        };
        assert_eq!(begin(86_400_000), "BEGIN", "the setting of the session holds");
        assert_eq!(begin(4_500), "BEGIN; SET LOCAL lock_timeout = 4000");
        assert_eq!(begin(300), "BEGIN; SET LOCAL lock_timeout = 150");
        assert_eq!(begin(1), "BEGIN; SET LOCAL lock_timeout = 1", "0 would be no limit");
    }
}
