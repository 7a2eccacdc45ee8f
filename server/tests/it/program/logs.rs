//! Lines that the program logs, and secrets that it must not log.

use app::protocol::DraftId;

use crate::support::{HandshakeClient, logged::Logged, soon};

fn lines<'a>(log: &'a str, event: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(event)).collect()
}

#[test]
fn the_log_begins_with_the_version_the_database_the_addresses_and_changed_limits() {
    let server = Logged::start("--access-secret open-sesame --max-topics 50 --database sqlite://kept/x.db");
    let address = server.browser.address().to_string();
    let log = server.log();
    let start = lines(&log, "server.started");
    let [start] = start.as_slice() else { panic!("{log}") };
    for part in [env!("CARGO_PKG_VERSION"), "SQLite kept/x.db", &address, "max-topics=50"] {
        assert!(start.contains(part), "{part}: {start}");
    }
    assert!(!log.contains("sesame"), "{log}");
}

#[tokio::test]
async fn no_line_has_a_text_of_a_message_a_secret_or_a_session() {
    for format in ["text", "json"] {
        let server = Logged::start(&format!(
            "--access-secret open-sesame --log debug --log-requests --log-format {format}"
        ));
        let browser = &server.browser;
        let wrong =
            [("secret", "shut-sesame"), ("next", "/t/lobby"), ("message", "canary"), ("topic", "lobby")];
        assert_eq!(browser.posts("/access", &wrong).await.status, 401);
        assert_eq!(browser.posts("/access", &[("secret", "open-sesame")]).await.status, 303);
        let draft = DraftId::fresh().to_string();
        let form = [("draft", &*draft), ("name", "Ann"), ("message", "a canary in a form")];
        assert_eq!(browser.posts("/t/lobby", &form).await.status, 303);
        assert!(browser.gets("/search?q=canary").await.text.contains("canary"));
        let bearer = [("authorization", "Bearer open-sesame")];
        assert_eq!(browser.gets_with("/api/v1/search?q=canary", &bearer).await.status, 200);
        let mut ann = browser.connects(Some("Ann")).await;
        ann.subscribes("lobby").await;
        ann.publishes("a canary on a socket").await;
        ann.leaves().await;
        let cookie = browser.cookie();
        let (_, session) = cookie.split_once('=').unwrap();
        let session = session.split(';').next().unwrap().to_owned();
        assert!(session.len() >= 16, "{cookie}");
        let log = server.log();
        assert!(lines(&log, "http.request").len() >= 6, "{log}");
        for secret in ["canary", "sesame", &*session] {
            assert!(!log.contains(secret), "{secret}: {:?}", lines(&log, secret));
        }
    }
}

#[tokio::test]
async fn requests_are_logged_if_that_is_set_with_their_ids() {
    let server = Logged::start("--log-requests");
    let own = server.gets_from("203.0.113.9", "/t/lobby?after=1", &[]).await;
    let id = own.header("x-request-id").to_owned();
    assert!(!id.is_empty());
    let of_proxy = server.gets_from("203.0.113.9", "/healthz", &[("x-request-id", "abc-1")]).await;
    assert_eq!(of_proxy.header("x-request-id"), "abc-1");
    let odd = server.gets_from("203.0.113.9", "/healthz", &[("x-request-id", "a b")]).await;
    assert!(!["", "a b", &*id].contains(&odd.header("x-request-id")));
    let log = server.log();
    let logged = lines(&log, "http.request");
    assert_eq!(logged.len(), 3, "{log}");
    assert!(logged[0].contains("method=GET path=/t/lobby status=200 ms="), "{log}");
    assert!(logged[0].contains(&format!("address=203.0.113.9 request={id}")), "{log}");
    assert!(logged[1].contains("path=/healthz") && logged[1].contains("request=abc-1"), "{log}");
}

#[tokio::test]
async fn requests_have_ids_and_are_not_logged_by_default() {
    let server = Logged::start("");
    let ids = [server.browser.gets("/healthz").await, server.browser.gets("/pkg/none.js").await];
    let ids = ids.each_ref().map(|answer| answer.header("x-request-id"));
    assert!(ids[0] != ids[1] && !ids.contains(&""), "{ids:?}");
    let log = server.log();
    assert!(!log.contains("http.request"), "{log}");
}

#[test]
fn each_line_is_an_object_in_json() {
    let server = Logged::start("--log-format json");
    let log = server.log();
    let events: Vec<serde_json::Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let started = events.iter().find(|event| event["message"] == "server.started").unwrap();
    assert_eq!(started["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(started["level"], "INFO");
}

/// The lines about refusals of clients in the documentation's network, each with the code that it must have.
async fn refusals(format: &str) -> Vec<(String, &'static str)> {
    let server = Logged::start(&format!(
        "--access-secret open-sesame --pages-per-second 1 --page-burst 1 --log-format {format}"
    ));
    let wrong = [("authorization", "Bearer shut-sesame")];
    for _ in 0..3 {
        server.gets_from("203.0.113.1", "/robots.txt", &wrong).await;
    }
    server.gets_from("2001:db8:1:2:3:4:5:6", "/robots.txt", &wrong).await;
    let twice = async || {
        let page = || server.gets_from("203.0.113.2", "/", &[]);
        let (one, other) = tokio::join!(page(), page());
        [one.status, other.status]
    };
    soon("429", async { while !twice().await.contains(&429) {} }).await;
    server.gets_from("203.0.113.3", "/healthz", &[("host", "evil.example")]).await;
    let forged = "x request.refused code=rate address=192.0.2.1 request=1 y";
    server.gets_from("203.0.113.7", "/healthz", &[("host", forged)]).await;
    let form = [("x-forwarded-for", "203.0.113.4"), ("sec-fetch-site", "cross-site")];
    assert_eq!(server.browser.posts_with("/t/lobby", &[], &form).await.status, 403);
    server.gets_from("203.0.113.5", "/chat", &[]).await;
    let socket =
        HandshakeClient::new(server.browser.address(), "/chat").with("x-forwarded-for", "203.0.113.6");
    assert_eq!(socket.with("origin", "https://evil.example").rejection_status().await, 403);
    let log = server.log();
    let expected = [
        ("203.0.113.1", "wrong_secret"),
        ("2001:db8:1:2::/64", "wrong_secret"),
        ("203.0.113.2", "rate"),
        ("203.0.113.3", "unknown_host"),
        ("203.0.113.7", "unknown_host"),
        ("203.0.113.4", "foreign_origin"),
        ("203.0.113.5", "bad_handshake"),
        ("203.0.113.6", "foreign_origin"),
    ];
    let found = expected.map(|(client, code)| {
        let of_client: Vec<_> =
            lines(&log, "request.refused").into_iter().filter(|line| line.contains(client)).collect();
        let [line] = of_client.as_slice() else { panic!("{client}: {log}") };
        assert!(line.contains(code) && line.contains("reason"), "{line}");
        ((*line).to_owned(), code)
    });
    found.into()
}

#[tokio::test]
async fn a_refusal_is_one_line_that_the_filter_for_fail2ban_matches() {
    const FILTER: &str = include_str!("../../../../deploy/fail2ban/filter.d/chorus.conf");
    let (_, expressions) = FILTER.split_once("failregex =").unwrap();
    let (expressions, _) = expressions.split_once("ignoreregex").unwrap();
    // In place of the expression that fail2ban has for an address or a network.
    let expressions: Vec<_> = expressions
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.trim().replace("<SUBNET>", r"(?P<subnet>[0-9a-f:.]+(?:/[0-9]+)?)"))
        .map(|expression| regex::Regex::new(&expression).unwrap())
        .collect();
    assert_eq!(expressions.len(), 2);
    for format in ["text", "json"] {
        for (line, code) in refusals(format).await {
            let found = expressions.iter().find_map(|expression| expression.captures(&line));
            let is_banned = ["wrong_secret", "rate"].contains(&code);
            assert_eq!(found.is_some(), is_banned, "{line}");
            if let Some(found) = found {
                let subnet = found.name("subnet").unwrap().as_str();
                assert!(
                    subnet.starts_with("203.0.113.") || subnet == "2001:db8:1:2::/64",
                    "{subnet}: {line}"
                );
            }
        }
    }
}
