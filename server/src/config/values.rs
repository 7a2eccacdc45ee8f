//! The forms of single settings. Each refusal says what to write instead.

use std::net::{SocketAddr, ToSocketAddrs};

use tracing_subscriber::EnvFilter;

/// A secret that nobody guesses in passing.
pub(super) fn secret(text: &str) -> Result<String, String> {
    if text.len() < 8 { Err("an access secret has at least 8 bytes".to_owned()) } else { Ok(text.to_owned()) }
}

/// An origin without anything behind it.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    if is_host(host) {
        Ok(url.to_owned())
    } else {
        Err("give scheme://host[:port], without a path".to_owned())
    }
}

/// An origin as browsers send it: any other form would never match one.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let form = || format!("give scheme://host[:port] without a path, such as {}", example(text));
    let origin = text.trim_end_matches('/');
    let (scheme, host) = origin.split_once("://").ok_or_else(form)?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
    if scheme.is_empty() || !scheme.chars().all(is_scheme) || !is_host(host) {
        return Err(form());
    }
    let usual = match scheme.to_ascii_lowercase().as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return Ok(origin.to_owned()),
    };
    match origin.strip_suffix(usual) {
        Some(short) => Err(format!("browsers leave out the usual port: write {short}")),
        None => Ok(origin.to_owned()),
    }
}

/// What was most likely meant.
fn example(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if is_host(host) { format!("https://{host}") } else { "https://chat.example".to_owned() }
}

fn is_host(host: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(is_part)
}

/// An address, or the name of a host. All networks are not listened on by leaving the address out: nobody shall do that by
/// mistake.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    if host.is_empty() && port.parse::<u16>().is_ok() {
        return Err(format!(
            "write 127.0.0.1:{port} for this machine alone, or 0.0.0.0:{port} or [::]:{port} for all networks"
        ));
    }
    let Ok(port) = port.parse::<u16>() else {
        return Err("give an address and a port, such as 127.0.0.1:3000 or localhost:3000".to_owned());
    };
    let found = (host, port).to_socket_addrs().map_err(|error| format!("no address of {host}: {error}"))?;
    let found: Vec<_> = found.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| format!("no address of {host}"))
}

/// A filter of tracing. A single word would be the name of a part of the program, of which everything is logged, and nothing
/// else; it is far more likely to be a mistyped level.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let is_level = |word: &str| word.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let odd = words.filter(|word| !word.contains(['=', '['])).find(|word| !is_level(word));
    let form = "write off, error, warn, info, debug or trace, or a filter such as info,sqlx=warn";
    match (odd, EnvFilter::try_new(text)) {
        (None, Ok(_)) => Ok(text.to_owned()),
        (Some(odd), _) => Err(format!("{odd} is no level: {form}")),
        (None, Err(_)) => Err(form.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_browsers_send_it() {
        for fine in
            ["https://a.example", "http://a.example:3000/", "http://[::1]:80800", "capacitor://localhost"]
        {
            assert_eq!(origin(fine).unwrap(), fine.trim_end_matches('/'));
        }
        for (odd, write) in [
            ("a.example", "https://a.example"),
            ("https://a.example/chat", "https://a.example"),
            ("https://a.example:443", "write https://a.example"),
            ("http://a.example:80", "write http://a.example"),
            ("*", "https://chat.example"),
            ("null", "https://null"),
            ("https://b\u{fc}cher.example", "https://chat.example"),
            ("://a.example", "https://a.example"),
        ] {
            let said = origin(odd).unwrap_err();
            assert!(said.ends_with(write), "{odd}: {said}");
        }
    }

    #[test]
    fn an_address_to_listen_on_may_be_a_name_and_has_a_port() {
        assert_eq!(listen("localhost:3000").unwrap().to_string(), "127.0.0.1:3000");
        assert_eq!(listen("[::1]:3000").unwrap().to_string(), "[::1]:3000");
        assert_eq!(listen("0.0.0.0:0").unwrap().to_string(), "0.0.0.0:0");
        for (odd, write) in [
            (":3000", "0.0.0.0:3000"),
            ("3000", "127.0.0.1:3000"),
            ("localhost", "localhost:3000"),
            ("localhost:http", "localhost:3000"),
            ("127.0.0.1:70000", "127.0.0.1:3000"),
        ] {
            let said = listen(odd).unwrap_err();
            assert!(said.contains(write), "{odd}: {said}");
        }
        assert!(listen("no.such.host.invalid:3000").unwrap_err().contains("no.such.host.invalid"));
    }

    #[test]
    fn a_filter_of_the_log_is_a_level_or_names_one() {
        for fine in [
            "off",
            "INFO",
            "info,sea_orm_migration=warn",
            "sqlx=debug",
            "warn,server=trace",
            "3",
            "[span]=info",
        ] {
            assert!(log_filter(fine).is_ok(), "{fine}");
        }
        for odd in ["infoo", "info,sqlx", "sqlx=wran", "verbose", "="] {
            assert!(log_filter(odd).unwrap_err().contains("info,sqlx=warn"), "{odd}");
        }
    }
}
