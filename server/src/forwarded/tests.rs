//! Clients behind proxies: a table of cases, and random headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use testing::Random;

use super::*;

/// Loopback and a private network.
fn proxies() -> TrustedProxies {
    TrustedProxies::new(
        &["127.0.0.0/8", "::1/128", "10.0.0.0/8", "fd00::/8"].map(|net| net.parse::<IpNet>().unwrap()),
    )
}

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

fn address(peer: &str, lines: &[(&'static str, &str)]) -> String {
    let client = proxies().client(peer.parse().ok(), &headers(lines));
    client.address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

#[test]
fn the_client_is_the_last_address_that_is_no_trusted_proxy() {
    for (peer, forwarded, client) in [
        // Nobody else is believed.
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("::ffff:198.51.100.7", "203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        // The walk from the right.
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2,10.0.0.3", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"),
        ("127.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2"),
        // Spellings.
        ("127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        ("127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("127.0.0.1", "[2001:db8::1]", "2001:db8::1"),
        ("127.0.0.1", "2001:DB8::1", "2001:db8::1"),
        ("127.0.0.1", "\"[2001:db8::1]:_http\"", "2001:db8::1"),
        ("127.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "[::ffff:203.0.113.9]:1", "203.0.113.9"),
        // Garbage ends the walk at the last sound address.
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, _hidden", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, unknown, 10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "6.6.6.6, , 10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "6.6.6.6, unix:", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9:", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9:123456", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.009", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, [203.0.113.9]", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, [2001:db8::1]x", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, [2001:db8::1", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, \"203.0.113.9", "127.0.0.1"),
        ("127.0.0.1", "6.6.6.6, 2130706433", "127.0.0.1"),
        ("127.0.0.1", "b\u{fc}, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, b\u{fc}", "127.0.0.1"),
        // A Unix socket.
        ("unix", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("unix", "unknown", "none"),
    ] {
        assert_eq!(address(peer, &[("x-forwarded-for", forwarded)]), client, "{peer}: {forwarded}");
    }
}

#[test]
fn by_default_the_last_address_is_the_client() {
    let local = TrustedProxies::new(&["127.0.0.0/8", "::1/128"].map(|net| net.parse::<IpNet>().unwrap()));
    let address = |peer: &str, name, value| {
        local.client(peer.parse().ok(), &headers(&[(name, value)])).address.map(|address| address.to_string())
    };
    for peer in ["127.0.0.1", "::1", "unix"] {
        for (list, client) in [
            ("6.6.6.6, 203.0.113.9", "203.0.113.9"),
            // Tor, `ssh -R` or stunnel in front of the proxy.
            ("6.6.6.6, 127.0.0.1", "127.0.0.1"),
            ("6.6.6.6, ::1", "::1"),
            ("6.6.6.6, ::ffff:127.0.0.2", "127.0.0.2"),
        ] {
            assert_eq!(address(peer, "x-forwarded-for", list).as_deref(), Some(client), "{peer}: {list}");
        }
        let list = "for=6.6.6.6;proto=https, for=127.0.0.1";
        assert_eq!(address(peer, "forwarded", list).as_deref(), Some("127.0.0.1"), "{peer}");
    }
    let client = local.client(None, &headers(&[("forwarded", "for=6.6.6.6;proto=https, for=127.0.0.1")]));
    assert_eq!(client.scheme, None, "a made-up scheme");
}

#[test]
fn forwarded_is_walked_in_the_same_way() {
    for (peer, forwarded, client) in [
        ("198.51.100.7", "for=203.0.113.9", "198.51.100.7"),
        ("127.0.0.1", "for=203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "For=\"203.0.113.9:80\";Proto=https ; by=10.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "for=6.6.6.6, for=\"[2001:db8::1]:4711\", for=10.0.0.2", "2001:db8::1"),
        ("127.0.0.1", "for=6.6.6.6, for=203.0.113.9;host=\"a,for=5.5.5.5\"", "203.0.113.9"),
        ("127.0.0.1", "for=6.6.6.6, for=203.0.113.9;host=\"a\\\",for=5.5.5.5\"", "203.0.113.9"),
        // A quote that a client has left open.
        ("127.0.0.1", "for=\"6.6.6.6, for=203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "for=\"6.6.6.6, for=\"[2001:db8::1]:80\"", "2001:db8::1"),
        ("127.0.0.1", "for=6.6.6.6, for=unknown", "127.0.0.1"),
        ("127.0.0.1", "for=6.6.6.6, for=_hidden;proto=https, for=10.0.0.2", "10.0.0.2"),
        ("127.0.0.1", "for=6.6.6.6, for=203.0.113.9;for=203.0.113.8", "127.0.0.1"),
        ("127.0.0.1", "for=6.6.6.6, proto=https", "127.0.0.1"),
        ("127.0.0.1", "for=6.6.6.6, for=\"\\", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ] {
        assert_eq!(address(peer, &[("forwarded", forwarded)]), client, "{peer}: {forwarded}");
    }
}

#[test]
fn lines_are_one_list_and_x_forwarded_for_wins() {
    let x = |value| ("x-forwarded-for", value);
    assert_eq!(
        address("127.0.0.1", &[x("6.6.6.6"), x("203.0.113.9, 10.0.0.2"), x("10.0.0.3")]),
        "203.0.113.9"
    );
    assert_eq!(address("127.0.0.1", &[x("6.6.6.6"), x("unknown")]), "127.0.0.1");
    let made_up = ("forwarded", "for=6.6.6.6;host=evil.example;proto=https");
    let client = proxies().client("127.0.0.1".parse().ok(), &headers(&[made_up, x("203.0.113.9")]));
    assert_eq!(client, Client { address: "203.0.113.9".parse().ok(), host: None, scheme: None });
}

#[test]
fn host_and_scheme_are_those_of_the_same_proxy_as_the_address() {
    let of = |peer: &str, lines: &[(&'static str, &str)]| {
        let Client { host, scheme, .. } = proxies().client(peer.parse().ok(), &headers(lines));
        format!("{} {}", scheme.unwrap_or("-"), host.as_deref().unwrap_or("-"))
    };
    let (node, host, proto) = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto");
    let one = [(node, "203.0.113.9"), (host, "chat.example:8443"), (proto, "HTTPS")];
    assert_eq!(of("127.0.0.1", &one), "https chat.example:8443");
    assert_eq!(of("198.51.100.7", &one), "- -");
    assert_eq!(of("unix", &one[1..]), "https chat.example:8443");
    let appended = [
        (node, "203.0.113.9, 10.0.0.2"),
        (host, "evil.example, chat.example, inner"),
        (proto, "x, https, http"),
    ];
    assert_eq!(of("127.0.0.1", &appended), "https chat.example");
    let made_up =
        [(node, "6.6.6.6, 203.0.113.9"), (host, "evil.example, chat.example"), (proto, "https, http")];
    assert_eq!(of("127.0.0.1", &made_up), "http chat.example");
    assert_eq!(of("127.0.0.1", &[(proto, "javascript"), (host, "")]), "- -");
    let forwarded = "for=6.6.6.6;host=evil.example, for=203.0.113.9;proto=https;host=\"chat.example:8443\", for=10.0.0.2;proto=http";
    assert_eq!(of("127.0.0.1", &[("forwarded", forwarded)]), "https chat.example:8443");
}

#[test]
fn a_connection_with_tls_is_https_unless_a_proxy_reports_another_scheme() {
    let plain = headers(&[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "http")]);
    let scheme =
        |peer: &str, headers: &HeaderMap| proxies().client(peer.parse().ok(), headers).or_https().scheme;
    assert_eq!(scheme("198.51.100.7", &plain), Some("https"), "its word does not count");
    assert_eq!(scheme("127.0.0.1", &plain), Some("http"));
    assert_eq!(scheme("127.0.0.1", &HeaderMap::new()), Some("https"), "a person on this machine");
}

#[test]
fn handlers_see_only_what_is_known_of_the_client() {
    let mut seen = headers(&[
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "a.example, b.example"),
        ("x-forwarded-proto", "HTTPS"),
        ("forwarded", "for=6.6.6.6"),
    ]);
    proxies().client("127.0.0.1".parse().ok(), &seen).replace_headers(&mut seen);
    assert_eq!(seen, headers(&[("x-forwarded-host", "b.example"), ("x-forwarded-proto", "https")]));
    proxies().client("198.51.100.7".parse().ok(), &seen).replace_headers(&mut seen);
    assert_eq!(seen, HeaderMap::new());
}

/// Pieces of headers, the made-up addresses among them.
const PIECES: &[&str] = &[
    "6.6.6.6",
    "6.6.6.7:80",
    "[2001:db8::6]",
    "10.0.0.9",
    "127.0.0.1",
    "for=",
    "for=6.6.6.6",
    "\"",
    "\\",
    ",",
    ";",
    "=",
    " ",
    "host=",
    "proto=https",
    "unknown",
    "_x",
    "[",
    "]",
    ":",
    "b\u{fc}",
    "\t",
    "for=\"[2001:db8::6]:1\"",
];
const ROUNDS: u64 = 5_000;

fn random_text(random: &mut Random) -> String {
    (0..random.below(12)).map(|_| random.one_of(PIECES)).collect()
}

#[test]
fn no_header_of_a_client_changes_the_address_that_a_proxy_has_seen() {
    let mut random = Random::new(1);
    for _ in 0..ROUNDS {
        let (x, forwarded) = (random_text(&mut random), random_text(&mut random));
        let lines = [("x-forwarded-for", x.as_str()), ("forwarded", forwarded.as_str())];
        assert_eq!(address("203.0.113.9", &lines), "203.0.113.9", "{lines:?}");
        // Two proxies append, to the same line or in a line of their own.
        for seen in ["203.0.113.9, 10.0.0.2", "[2001:db8::1]:80, 10.0.0.2:90"] {
            let client = if seen.starts_with('[') { "2001:db8::1" } else { "203.0.113.9" };
            let appended = format!("{x},{seen}");
            let lines = [("x-forwarded-for", appended.as_str()), ("forwarded", &forwarded)];
            assert_eq!(address("127.0.0.1", &lines), client, "{lines:?}");
            let lines =
                [("x-forwarded-for", x.as_str()), ("x-forwarded-for", seen), ("forwarded", &forwarded)];
            assert_eq!(address("127.0.0.1", &lines), client, "{lines:?}");
        }
        let appended = format!("{forwarded},for=\"[2001:db8::1]:80\";proto=http, for=10.0.0.2");
        let lines = [("forwarded", appended.as_str())];
        assert_eq!(address("127.0.0.1", &lines), "2001:db8::1", "{lines:?}");
        // A proxy that writes nothing: any answer, but no panic.
        address("127.0.0.1", &[("x-forwarded-for", &x)]);
        address("127.0.0.1", &[("forwarded", &forwarded)]);
    }
}

#[test]
fn a_network_overlaps_if_a_proxy_may_be_in_it() {
    let networks = ["127.0.0.0/8", "10.0.0.2/32", "2001:db8::1/128"].map(|net| net.parse().unwrap());
    let proxies = TrustedProxies::new(&networks);
    for (network, overlaps) in [
        ("127.0.0.9", true),
        ("10.0.0.2", true),
        ("10.0.0.3", false),
        ("2001:db8::", true),
        ("2001:db8:0:1::", false),
    ] {
        assert_eq!(proxies.overlaps(network.parse().unwrap()), overlaps, "{network}");
    }
}
