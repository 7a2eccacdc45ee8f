//! `chorus serve`.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, bail};
use server::{
    Server,
    accept::{Listener, listen},
    config::{SettingValues, Settings},
    event_log::CommitterProbe,
    run,
    service_manager::ServiceManager,
    shutdown::Hangup,
    telemetry,
};
use tokio_util::sync::CancellationToken;

use super::{output::print_line, signals::on_signals};

pub(super) async fn serve(
    mut settings: Settings,
    values: SettingValues,
    hangup: Hangup,
) -> anyhow::Result<()> {
    let log_filter = telemetry::init(&settings.log, settings.log_format);
    let log_filter = log_filter.context("log: the filter is not valid")?;
    let listener = open_listener(&mut settings)?;
    let address = settings.addresses.listen.clone();
    let scheme = if settings.tls_cert.is_some() { "https" } else { "http" };
    let base = settings.base_path();
    let metrics = settings
        .addresses
        .metrics_listen
        .map(|address| listen(address).with_context(|| format!("cannot listen on {address} for metrics")));
    let metrics = metrics.transpose()?;
    let shutdown = on_signals(hangup)?;
    let database_timeout = Duration::from_millis(settings.limits.database_timeout_ms);
    // Opening waits up to `database-wait-seconds` for the database; a signal must end the wait.
    let server = tokio::select! {
        biased;
        () = shutdown.drain.cancelled() => return Ok(()),
        server = Server::open(settings) => server?,
    };
    let server = match metrics {
        Some(listener) => server.with_metrics(listener),
        None => server,
    };
    if hangup == Hangup::Reloads {
        tokio::spawn(server.reloader(values, log_filter).run(shutdown.reload));
    }
    print_line(&match listener.tcp_address() {
        Some(address) => format!("Chorus is ready: {scheme}://{address}{base}"),
        None => format!("Chorus is ready: {address}"),
    });
    let manager = Arc::new(ServiceManager::from_environment());
    manager.ready();
    let committer = server.log().committer_probe();
    tokio::spawn(watch_committer(Arc::clone(&manager), committer, database_timeout, shutdown.drain.clone()));
    tokio::select! {
        is_complete = run(server, listener, announce_stop(manager, shutdown.drain)) => if !is_complete {
            bail!("some connections or tasks did not end in time; all acknowledged messages are stored");
        },
        () = shutdown.force.cancelled() => bail!("ended at once, by a second signal; all acknowledged messages are stored"),
    }
    Ok(())
}

/// Takes the socket of the service manager, if there is one, and its address in place of the setting. Else listens.
fn open_listener(settings: &mut Settings) -> anyhow::Result<Listener> {
    if let Some(listener) = Listener::inherited().context("cannot listen on the service manager's socket")? {
        settings.addresses.listen = listener.address()?;
        return Ok(listener);
    }
    let address = &settings.addresses.listen;
    Listener::bind(address).with_context(|| format!("cannot listen on {address}"))
}

/// Feeds the service manager's watchdog while the committer works. From the shutdown on, the manager's timeout for stopping counts instead.
async fn watch_committer(
    manager: Arc<ServiceManager>,
    committer: CommitterProbe,
    database_timeout: Duration,
    drain: CancellationToken,
) {
    // A batch may wait for PostgreSQL as long as the setting allows, and is not stuck meanwhile.
    let is_stuck = |limit: Duration| committer.is_stuck(limit.max(database_timeout * 2));
    manager.run_watchdog(|limit| !drain.is_cancelled() && is_stuck(limit)).await;
}

async fn announce_stop(manager: Arc<ServiceManager>, drain: CancellationToken) {
    drain.cancelled().await;
    manager.stopping();
}
