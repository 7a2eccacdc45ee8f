//! `chorus check`: what a server with these settings would serve, and what is wrong. Changes nothing.

use crate::{
    accept::Certificate,
    clock,
    config::{ListenAddress, Settings},
    database::Database,
    event_log::list_topics,
    host::is_loopback,
    start_log::database_label,
};

/// The result of a check, in lines without secrets.
#[derive(Debug)]
pub struct Check {
    /// A description of the server that would start.
    pub lines: Vec<String>,
    /// The reasons why a server would not start.
    pub faults: Vec<String>,
}

impl Check {
    /// Checks settings, and the database that they name.
    pub async fn of(settings: &Settings) -> Self {
        let database = look_into_database(settings).await;
        let content = database.as_ref().map_or("cannot be used", String::as_str);
        let certificate = Certificate::of(settings);
        let lines = vec![
            format!("version: {}", env!("CARGO_PKG_VERSION")),
            format!("configuration file: {}", or_none(settings.config.as_ref().map(|file| file.display()))),
            format!("listens on: {} ({})", settings.addresses.listen, reach(&settings.addresses.listen)),
            format!(
                "TLS certificate: {}",
                certificate_label(settings, certificate.as_ref().ok().and_then(Option::as_ref))
            ),
            format!("metrics: {}", or_none(settings.addresses.metrics_listen)),
            format!("public URL: {}", or_none(settings.public_url.as_ref())),
            format!("access: {}", entrance(settings)),
            format!("database: {}: {content}", database_label(&settings.database)),
            format!("limits that differ: {}", limits(settings)),
        ];
        let contradiction = settings.check().err().map(|error| error.to_string());
        let certificate = certificate.err().map(|error| error.to_string());
        let socket = socket_fault(&settings.addresses.listen);
        let database = database.err().map(|error| format!("{error:#}"));
        Self { lines, faults: [contradiction, certificate, socket, database].into_iter().flatten().collect() }
    }
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// Returns the file and how long its certificate is valid.
fn certificate_label(settings: &Settings, certificate: Option<&Certificate>) -> String {
    let file = or_none(settings.tls_cert.as_ref().map(|file| file.display()));
    let Some(expiry) = certificate.and_then(Certificate::expiry) else {
        return file;
    };
    match expiry.days_left(clock::now()) {
        Some(days) => format!("{file}, expires at {expiry}, in {days} days"),
        None => format!("{file}, expired at {expiry}"),
    }
}

fn reach(listen: &ListenAddress) -> &'static str {
    match listen {
        ListenAddress::Tcp(address) if !is_loopback(address.ip()) => "other machines reach it",
        ListenAddress::Tcp(_) | ListenAddress::Unix(_) => "only this machine reaches it",
    }
}

fn entrance(settings: &Settings) -> &'static str {
    match settings.access_secret {
        Some(_) => "people who know the access secret",
        None => "everybody who reaches it, since there is no access secret",
    }
}

fn limits(settings: &Settings) -> String {
    let changed = settings.limits.changed();
    if changed.is_empty() { "none".to_owned() } else { changed.join(" ") }
}

fn socket_fault(listen: &ListenAddress) -> Option<String> {
    let ListenAddress::Unix(path) = listen else { return None };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty())?;
    (!folder.is_dir()).then(|| format!("the folder {} of the socket does not exist", folder.display()))
}

/// Returns what the database contains.
async fn look_into_database(settings: &Settings) -> anyhow::Result<String> {
    let Settings { database: url, database_direct_url: direct_url, sync, .. } = settings;
    let Some(database) = Database::open_read_only(url, direct_url.as_deref(), *sync).await? else {
        return Ok("does not exist yet, and is created at the start".to_owned());
    };
    let content = content_of(&database).await;
    database.close().await;
    content
}

async fn content_of(database: &Database) -> anyhow::Result<String> {
    database.refuse_half_moved().await?;
    let migrations = database.migrations().await?;
    let pending = migrations.iter().filter(|(_, is_applied)| !is_applied).count();
    if pending > 0 {
        return Ok(format!("{pending} of {} migrations are applied at the start", migrations.len()));
    }
    let topics = list_topics(database).await?;
    let messages: u64 = topics.iter().map(|topic| topic.messages).sum();
    Ok(format!("{messages} messages in {} topics", topics.len()))
}
