//! The line that the log begins with.

use std::net::SocketAddr;

use tracing::{field::display, info};
use url::Url;

use crate::config::{ListenAddress, Settings};

/// Logs the version, the database, the addresses, and the limits that differ from their defaults. Nothing in it is secret. `tcp` is
/// the address with the port that the server got, or `None` at a Unix socket.
pub(crate) fn log_start(settings: &Settings, tcp: Option<SocketAddr>, metrics: Option<SocketAddr>) {
    let version = env!("CARGO_PKG_VERSION");
    let database = database_label(&settings.database);
    let listen = display(tcp.map_or_else(|| settings.addresses.listen.clone(), ListenAddress::Tcp));
    let metrics = metrics.map(display);
    let public_url = settings.public_url.as_ref().map(display);
    let has_secret = settings.access_secret.is_some();
    let limits = settings.limits.changed().join(" ");
    info!(version, database, listen, metrics, public_url, has_secret, limits, "server.started");
}

/// Returns the kind of a database and its file, or its host and name, without user, password and options.
pub(crate) fn database_label(url: &str) -> String {
    match url.split_once(':') {
        Some(("sqlite", path)) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            format!("SQLite {}", path.split('?').next().unwrap_or_default())
        }
        _ => postgres_label(url),
    }
}

fn postgres_label(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return "PostgreSQL".to_owned() };
    // Without a host the connection is a Unix socket.
    let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("local");
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    format!("PostgreSQL {host}{port}{}", url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_without_its_user_and_password() {
        for (url, label) in [
            ("sqlite://data/chorus.db", "SQLite data/chorus.db"),
            ("sqlite:/var/lib/chorus.db?mode=rwc", "SQLite /var/lib/chorus.db"),
            ("postgres://ann:sesame@db.example:6432/chat?sslmode=require", "PostgreSQL db.example:6432/chat"),
            ("postgresql://db.example/chat?password=sesame", "PostgreSQL db.example/chat"),
            ("postgres:///chat?host=/run/postgresql", "PostgreSQL local/chat"),
            ("postgres://ann:ses#ame@db.example:port/chat", "PostgreSQL"),
        ] {
            assert_eq!(database_label(url), label);
        }
    }
}
