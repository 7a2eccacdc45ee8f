//! Value parsers of single settings. Each error says what to write instead.

use std::{
    net::IpAddr,
    num::ParseIntError,
    ops::{Bound, RangeBounds},
};

use app::page_data::MAX_BASE_PATH_BYTES;
use ipnet::{IpNet, Ipv4Net};
use tracing_subscriber::EnvFilter;

use crate::{forwarded::TrustedProxies, public_url::PublicUrl, web_origin::Origin};

/// The longest time in seconds, one day. A longer one is most likely a mistake.
pub(super) const MAX_SECONDS: u64 = 86_400;
/// Length of `::ffff:0:0`, in which IPv4 addresses are mapped to IPv6.
const MAPPED_PREFIX_BITS: u8 = 96;
/// The smallest buffer that hyper takes for the head of a request; browsers send heads of that size.
pub(super) const MIN_HEAD_BYTES: u64 = 8_192;

/// A whole number in this range. A range that begins at 1 is that of a setting without which nothing would work.
///
/// Clap's own parser would print a range without a maximum as `1..18446744073709551615`.
pub(super) fn range<T: TryFrom<u64>>(
    range: impl RangeBounds<u64> + Clone,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().map_err(|error: ParseIntError| error.to_string())?;
        if range.contains(&number) {
            T::try_from(number).map_err(|_| "the number is too large".to_owned())
        } else {
            Err(format!("must be {}", in_words(&range)))
        }
    }
}

fn in_words(range: &impl RangeBounds<u64>) -> String {
    match (range.start_bound(), range.end_bound()) {
        (Bound::Included(min), Bound::Included(max)) => format!("from {min} to {max}"),
        (Bound::Included(min), _) => format!("at least {min}"),
        (_, Bound::Included(max)) => format!("at most {max}"),
        // No setting has such a range.
        _ => "in range".to_owned(),
    }
}

/// The address that people open, with the path below which the server answers.
pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    let form = || {
        format!(
            "give http(s)://host[:port], and a path of at most {MAX_BASE_PATH_BYTES} characters if Chorus shares the host, \
             such as https://site.example/chat; a path has letters, digits, -, ., _ and ~ between its slashes"
        )
    };
    PublicUrl::parse(text).ok_or_else(form)
}

/// The origin of pages, in any spelling.
pub(super) fn origin(text: &str) -> Result<Origin, String> {
    let form = || format!("give scheme://host[:port] without a path, such as {}", example(text));
    Origin::parse(text).ok_or_else(form)
}

/// Suggests the origin that was most likely meant.
fn example(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if is_host(host) { format!("https://{host}") } else { "https://chat.example".to_owned() }
}

fn is_host(host: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(is_part)
}

/// The networks of reverse proxies, separated by commas, or `none`.
pub(super) fn proxies(text: &str) -> Result<TrustedProxies, String> {
    if text.trim() == "none" {
        return Ok(TrustedProxies::default());
    }
    let networks: Vec<_> = text.split(',').map(network).collect::<Result<_, _>>()?;
    Ok(TrustedProxies::new(&networks))
}

/// A network, or the address of one host. Peers are compared as IPv4 where their address is mapped to IPv6.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let host = |_| text.parse::<IpAddr>().map(IpNet::from);
    let network = text.parse::<IpNet>().or_else(host);
    let network = network.map_err(|_| "give an address or a network, such as 10.0.0.7 or 10.0.0.0/8")?;
    let IpNet::V6(mapped) = network else { return Ok(network) };
    let Some(address) = mapped.addr().to_ipv4_mapped() else { return Ok(network) };
    let length = mapped.prefix_len().checked_sub(MAPPED_PREFIX_BITS);
    Ok(length.and_then(|length| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4))
}

/// A filter of the tracing crate. Tracing would take a single unknown word for a target and log that target alone; it is refused here,
/// since it is most likely a misspelt level.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let is_level = |word: &str| word.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let odd = words.filter(|word| !word.contains(['=', '['])).find(|word| !is_level(word));
    let form = "write off, error, warn, info, debug or trace, or a filter such as info,sqlx=warn";
    match (odd, EnvFilter::try_new(text)) {
        (None, Ok(_)) => Ok(text.to_owned()),
        (Some(odd), _) => Err(format!("{odd} is not a log level: {form}")),
        (None, Err(_)) => Err(form.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_may_have_any_spelling() {
        for (fine, is) in [
            ("https://a.example", "https://a.example"),
            ("http://A.example:3000/", "http://a.example:3000"),
            ("https://a.example:443", "https://a.example"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(origin(fine).unwrap().to_string(), is);
        }
        assert!(
            public_url("https://a.example:443/").is_ok() && public_url("https://a.example/chat/").is_ok()
        );
        for odd in ["capacitor://localhost", "https://a.example/a b", "https://a.example/?chat"] {
            assert!(public_url(odd).unwrap_err().contains("https://site.example/chat"), "{odd}");
        }
        for (odd, write) in [
            ("a.example", "https://a.example"),
            ("https://a.example/chat", "https://a.example"),
            ("*", "https://chat.example"),
            ("null", "https://null"),
            ("https://b\u{fc}cher.example", "https://chat.example"),
            ("://a.example", "https://a.example"),
        ] {
            let message = origin(odd).unwrap_err();
            assert!(message.ends_with(write), "{odd}: {message}");
        }
    }

    #[test]
    fn a_network_is_an_address_or_a_prefix() {
        for (text, is) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.7", "10.0.0.7/32"),
            ("fd00::/8", "fd00::/8"),
            (" ::1", "::1/128"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.0.0.7", "10.0.0.7/32"),
        ] {
            assert_eq!(network(text).unwrap().to_string(), is, "{text}");
        }
        for odd in ["", "10.0.0.0/33", "proxy.example", "10.0.0.1:80", "10.0.0"] {
            assert!(network(odd).unwrap_err().contains("10.0.0.0/8"), "{odd}");
        }
    }

    #[test]
    fn proxies_are_networks_or_none() {
        let trusts = |text: &str, address: &str| proxies(text).unwrap().contains(address.parse().unwrap());
        assert!(trusts("10.0.0.7, fd00::/8", "10.0.0.7") && trusts("10.0.0.7, fd00::/8", "fd00::1"));
        assert!(!trusts("10.0.0.7", "127.0.0.1"), "a value replaces the default");
        assert!(!trusts("none", "127.0.0.1") && !trusts("none", "::1"));
        for odd in ["", "none,10.0.0.7", "10.0.0.7,", "nobody"] {
            assert!(proxies(odd).unwrap_err().contains("10.0.0.0/8"), "{odd}");
        }
    }

    #[test]
    fn a_log_filter_contains_known_levels_only() {
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
