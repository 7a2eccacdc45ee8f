//! Parses the setting that says how the nodes of one PostgreSQL database notify each other of events.

use std::{
    ffi::OsStr,
    fmt::{Debug, Formatter},
};

use clap::{Arg, Command, Error, builder::TypedValueParser, error::ErrorKind};
use percent_encoding::percent_decode_str;
use url::Url;

const FORM: &str = "write notify, none, or the URL of a NATS server such as nats://127.0.0.1:4222";

/// The carrier of hints between nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hints {
    /// PostgreSQL's LISTEN and NOTIFY.
    Notify,
    /// None: nodes only poll.
    None,
    /// A NATS server, or the servers of one NATS cluster.
    Nats(NatsServers),
}

/// The servers of one NATS cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct NatsServers {
    /// URLs without user and password: the client's own log has the URLs.
    pub(crate) urls: Vec<String>,
    pub(crate) credentials: NatsCredentials,
}

/// The credentials of a client of a NATS server.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) enum NatsCredentials {
    #[default]
    None,
    Token(String),
    User {
        name: String,
        password: String,
    },
}

// The credentials are secret.
impl Debug for NatsServers {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "NatsServers({})", self.urls.join(","))
    }
}

/// Parses the setting. Unlike clap's parsers it does not repeat a value that it refuses, which may have a password.
#[derive(Clone)]
pub(super) struct HintsParser;

impl TypedValueParser for HintsParser {
    type Value = Hints;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Hints, Error> {
        let hints = value.to_str().ok_or_else(|| FORM.to_owned()).and_then(parse);
        hints.map_err(|message| {
            let message = format!("invalid value for '--hints': {message}\n");
            Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        })
    }
}

fn parse(text: &str) -> Result<Hints, String> {
    match text {
        "notify" => Ok(Hints::Notify),
        "none" => Ok(Hints::None),
        urls => nats_servers(urls).map(Hints::Nats),
    }
}

fn nats_servers(text: &str) -> Result<NatsServers, String> {
    let mut urls = Vec::new();
    let mut credentials = NatsCredentials::None;
    for url in text.split(',') {
        let (url, own) = nats_server(url.trim())?;
        urls.push(url);
        if own != NatsCredentials::None {
            if credentials != NatsCredentials::None && credentials != own {
                return Err("all servers must have the same user and password".to_owned());
            }
            credentials = own;
        }
    }
    Ok(NatsServers { urls, credentials })
}

/// Separates a URL and its credentials: `user:password@`, or `token@`.
fn nats_server(text: &str) -> Result<(String, NatsCredentials), String> {
    if !text.starts_with("nats://") && !text.starts_with("tls://") {
        return Err(FORM.to_owned());
    }
    let mut url = Url::parse(text).map_err(|error| format!("{error}: {FORM}"))?;
    let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    if url.host_str().is_none_or(str::is_empty) || !is_bare {
        return Err(FORM.to_owned());
    }
    let credentials = match (decoded(url.username())?, url.password().map(decoded).transpose()?) {
        (name, Some(password)) => NatsCredentials::User { name, password },
        (token, None) if !token.is_empty() => NatsCredentials::Token(token),
        _ => NatsCredentials::None,
    };
    // Neither fails for a URL with a host.
    let _ = (url.set_username(""), url.set_password(None));
    Ok((url.into(), credentials))
}

fn decoded(text: &str) -> Result<String, String> {
    let text = percent_decode_str(text).decode_utf8();
    text.map(String::from).map_err(|_| "the user and the password must be UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(text: &str) -> NatsServers {
        match parse(text).unwrap() {
            Hints::Nats(servers) => servers,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn credentials_are_apart_from_the_urls_and_never_printed() {
        let user = NatsCredentials::User { name: "ann".to_owned(), password: "open:sesame@".to_owned() };
        for (text, urls, credentials) in [
            ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222", NatsCredentials::None),
            ("tls://nats.example", "tls://nats.example", NatsCredentials::None),
            ("nats://token@[::1]:4222", "nats://[::1]:4222", NatsCredentials::Token("token".to_owned())),
            ("nats://ann:open%3Asesame%40@a, nats://b", "nats://a,nats://b", user),
        ] {
            let servers = servers(text);
            assert_eq!(servers.urls.join(","), urls);
            assert!(servers.credentials == credentials, "{text}");
            assert_eq!(format!("{servers:?}"), format!("NatsServers({urls})"));
        }
    }

    #[test]
    fn a_value_that_is_refused_is_not_repeated() {
        for odd in [
            "",
            "kafka://sesame",
            "nats://",
            "nats://ann:sesame@a:70000",
            "nats://a/sesame",
            "nats://a?sesame",
            "nats://a,sesame",
            "nats://ann:sesame@a,nats://bob:sesame@b",
            "nats://ann:%ff@a",
        ] {
            let message = parse(odd).unwrap_err();
            assert!(
                !message.contains("sesame") && !message.contains("ann") && !message.is_empty(),
                "{message}"
            );
        }
    }
}
