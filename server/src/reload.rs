//! Reads the settings again while the server runs, and applies those that can change.

use std::{
    sync::{Arc, Weak},
    thread,
};

use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    accept::{Certificate, Tls},
    access::Access,
    address_limits::AddressLimits,
    chat::Chat,
    config::{Command, Invocation, Limits, SettingValues, Settings},
    rate_limiter::{IpRateLimiter, Rate},
    session::Sessions,
    state::AppState,
    telemetry::LogFilter,
};

const ACCESS_SECRET: &str = "access-secret";
const LOG: &str = "log";
const TLS_CERT: &str = "tls-cert";
const TLS_KEY: &str = "tls-key";
/// The settings that can change while the server runs. The others are parts of what was built from them: listeners, pools, queues, and
/// the limits that each open connection has.
const RELOADABLE: [&str; 14] = [
    ACCESS_SECRET,
    LOG,
    TLS_CERT,
    TLS_KEY,
    "pages-per-second",
    "page-burst",
    "address-messages-per-second",
    "address-message-burst",
    "address-bytes-per-second",
    "address-byte-burst",
    "wrong-secrets-per-minute",
    "searches-per-second",
    "search-burst",
    "topics-per-hour",
];

/// Applies changed settings to a running server.
pub struct Reloader {
    /// The values that are in use.
    values: SettingValues,
    log_filter: LogFilter,
    access: Access,
    sessions: Sessions,
    page_rate_limiter: IpRateLimiter,
    address_limits: AddressLimits,
    /// `None` if the server started without a certificate.
    tls: Option<Tls>,
    /// Weak, since the chat keeps the committer running.
    chat: Weak<Chat>,
    drain: CancellationToken,
}

impl Reloader {
    /// To be called before the server has connections.
    pub(crate) fn new(
        state: &AppState,
        tls: Option<Tls>,
        drain: CancellationToken,
        values: SettingValues,
        log_filter: LogFilter,
    ) -> Self {
        // Scripts connect with the access secret alone.
        state.sessions.watch_strangers();
        Self {
            values,
            log_filter,
            access: state.access.clone(),
            sessions: state.sessions.clone(),
            page_rate_limiter: state.page_rate_limiter.clone(),
            address_limits: state.address_limits.clone(),
            tls,
            chat: Arc::downgrade(&state.chat),
            drain,
        }
    }

    /// Reloads whenever `requests` is notified, until the server drains.
    pub async fn run(mut self, requests: Arc<Notify>) {
        let drain = self.drain.clone();
        while drain.run_until_cancelled(requests.notified()).await.is_some() {
            self.reload().await;
        }
    }

    /// Keeps all settings as they are if one of them is wrong.
    async fn reload(&mut self) {
        // Files are read, and host names resolved. Tokio's blocking threads hold up the end of the process, and neither a named pipe nor a
        // name server answers for certain.
        let (sender, read) = oneshot::channel();
        thread::spawn(move || {
            // Nobody waits for it any more if the server drains.
            let _ = sender.send(Reread::of_process());
        });
        match read.await {
            Ok(Ok(Some(reread))) => self.apply(reread),
            Ok(Ok(None)) => {}
            Ok(Err(error)) => warn!(%error, "settings.not_reloaded"),
            Err(error) => warn!(%error, "settings.not_reloaded"),
        }
    }

    fn apply(&mut self, Reread { settings, values, certificate }: Reread) {
        let changed = self.values.changed(&values);
        let (applied, kept): (Vec<_>, Vec<_>) =
            changed.into_iter().partition(|name| self.can_change(name, &settings));
        for name in &applied {
            match name.as_str() {
                ACCESS_SECRET => self.change_secret(settings.access_secret.as_deref()),
                LOG => self.change_log(&settings.log),
                // Most often the files have changed and not their names.
                TLS_CERT | TLS_KEY => {}
                _ => self.change_rates(&settings.limits),
            }
            self.values.update(name, &values);
        }
        self.change_certificate(certificate);
        info!(applied = applied.join(" "), "settings.reloaded");
        if !kept.is_empty() {
            warn!(settings = kept.join(" "), "settings.need_a_restart");
        }
    }

    fn can_change(&self, name: &str, settings: &Settings) -> bool {
        let is_refused = match name {
            ACCESS_SECRET => opens_chat(settings),
            // A port has TLS, or none, from the start.
            TLS_CERT | TLS_KEY => self.tls.is_none() || settings.tls_cert.is_none(),
            _ => false,
        };
        RELOADABLE.contains(&name) && !is_refused
    }

    /// Open connections keep the former certificate.
    fn change_certificate(&self, certificate: Option<Certificate>) {
        if let (Some(tls), Some(certificate)) = (&self.tls, certificate) {
            tls.replace(certificate);
            info!("tls.certificate_reloaded");
        }
    }

    /// Open connections were let in by the former secret, so they end, and their clients are asked for the new one.
    fn change_secret(&self, secret: Option<&str>) {
        self.access.replace(secret);
        self.sessions.close_connections();
    }

    fn change_log(&self, filter: &str) {
        if let Err(error) = self.log_filter.set(filter) {
            warn!(%error, "settings.not_reloaded");
        }
    }

    fn change_rates(&self, limits: &Limits) {
        self.page_rate_limiter.set_rate(Rate::new(limits.pages_per_second, limits.page_burst));
        self.address_limits.set_rates(limits);
        if let Some(chat) = self.chat.upgrade() {
            chat.set_rates(limits);
        }
    }
}

/// Whether a change would let everybody in. Editors and `cp` empty a file before they write it, and a pipe that was read at the start is
/// empty afterwards, so a file without the secret may be a mistake.
fn opens_chat(settings: &Settings) -> bool {
    settings.access_secret.is_none()
}

/// The settings as they are now, and the certificate that they name.
struct Reread {
    settings: Settings,
    values: SettingValues,
    certificate: Option<Certificate>,
}

impl Reread {
    /// Reads all files. Returns `None` if the process does not serve.
    fn of_process() -> anyhow::Result<Option<Self>> {
        let Invocation { command, values, .. } = Invocation::of_process()?;
        let Command::Serve(settings) = command else { return Ok(None) };
        settings.check()?;
        let certificate = Certificate::of(&settings)?;
        Ok(Some(Self { settings, values, certificate }))
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, CommandFactory};

    use super::*;
    use crate::config::Cli;

    const PAGE: &str = include_str!("../../docs/SETTINGS.md");

    #[test]
    fn each_setting_that_can_change_exists_and_is_documented() {
        let command = Cli::command();
        let names: Vec<_> = command.get_arguments().filter_map(Arg::get_long).collect();
        let (_, section) = PAGE.split_once("## Changes without a restart").unwrap();
        let (section, _) = section.split_once("\n## ").unwrap();
        for name in RELOADABLE {
            assert!(names.contains(&name) && section.contains(&format!("`--{name}`")), "{name}");
        }
        let documented = section.matches("`--").count();
        assert_eq!(documented, RELOADABLE.len(), "no other setting is named there");
    }
}
