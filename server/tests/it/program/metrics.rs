//! `/metrics`, and the dashboard and alerts that use it.

use std::collections::{BTreeMap, BTreeSet};

use app::protocol::DraftId;
use regex::Regex;

use crate::support::{Browser, logged::Logged, soon};

/// The samples of a scrape by name and labels.
struct Scrape(BTreeMap<String, f64>);

impl Scrape {
    async fn of(server: &Logged) -> Self {
        let answer = Browser::new(server.metrics_address().await).gets("/metrics").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        let samples = answer.text.lines().filter(|line| !line.starts_with('#'));
        let samples = samples.map(|line| line.rsplit_once(' ').unwrap());
        Self(samples.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect())
    }

    fn value(&self, sample: &str) -> f64 {
        *self.0.get(sample).unwrap_or_else(|| panic!("no {sample} in {:#?}", self.0.keys()))
    }

    /// The names of the samples, without labels.
    #[cfg(feature = "tls")]
    fn names(&self) -> BTreeSet<&str> {
        self.0.keys().map(|sample| sample.split('{').next().unwrap()).collect()
    }
}

/// Scrapes until all samples have these values.
async fn becomes(server: &Logged, expected: &[(&str, f64)]) {
    let as_expected = async {
        loop {
            let scrape = Scrape::of(server).await;
            if expected.iter().all(|(sample, value)| scrape.value(sample) == *value) {
                return;
            }
        }
    };
    soon(&format!("{expected:?}"), as_expected).await;
}

#[tokio::test]
async fn a_scrape_counts_connections_events_and_deliveries() {
    let server = Logged::start("--metrics-listen 127.0.0.1:0 --access-secret open-sesame");
    let browser = &server.browser;
    assert_eq!(browser.posts("/access", &[("secret", "open-sesame")]).await.status, 303);
    assert_eq!(browser.gets("/t/lobby").await.status, 200);
    // Her first message makes her follow the topic, which a socket would be told at any time.
    let draft = DraftId::fresh().to_string();
    let form = [("draft", &*draft), ("name", "Ann"), ("message", "zero")];
    assert_eq!(browser.posts("/t/lobby", &form).await.status, 303);
    let mut ann = browser.connects(Some("Ann")).await;
    let start = ann.subscribes("lobby").await;
    for text in ["one", "two", "three"] {
        ann.publishes(text).await;
    }
    let cookie = browser.cookie();
    let stream = browser.streams_events("/api/v1/topics/lobby/events", &[("cookie", &cookie)]).await;
    becomes(
        &server,
        &[
            ("chorus_ready", 1.0),
            ("chorus_connections{kind=\"socket\"}", 1.0),
            ("chorus_connections{kind=\"event_stream\"}", 1.0),
            ("chorus_subscriptions", 2.0),
            ("chorus_live_topics", 1.0),
            ("chorus_events_published_total", 4.0),
            ("chorus_commit_seconds_count", 4.0),
            ("chorus_commit_events_sum", 4.0),
            ("chorus_commit_queue_events", 0.0),
            ("chorus_subscriptions_begun_total{mode=\"tail\"}", 2.0),
            ("chorus_store_errors_total{operation=\"commit\"}", 0.0),
        ],
    )
    .await;
    let scrape = Scrape::of(&server).await;
    assert!(scrape.value("chorus_frames_delivered_total") >= 3.0);
    assert!(scrape.value("chorus_page_render_seconds_count") >= 1.0);
    assert!(scrape.value("process_open_fds") < scrape.value("process_max_fds"));
    assert!(scrape.value("process_cpu_seconds_total") > 0.0);
    drop(stream);
    ann.leaves().await;
    becomes(&server, &[("chorus_connections{kind=\"socket\"}", 0.0)]).await;

    let mut again = browser.connects(Some("Ann")).await;
    again.resumes("lobby", &start.epoch, 1).await;
    again.resumes("tea", &app::protocol::Epoch("other".to_owned()), 1).await;
    becomes(
        &server,
        &[
            ("chorus_subscriptions_begun_total{mode=\"resume\"}", 1.0),
            ("chorus_subscriptions_begun_total{mode=\"reset\"}", 1.0),
        ],
    )
    .await;
    server.log();
}

#[tokio::test]
async fn a_scrape_counts_every_refusal_although_the_log_has_one_line() {
    let server = Logged::start("--metrics-listen 127.0.0.1:0 --access-secret open-sesame");
    let wrong = [("authorization", "Bearer shut-sesame")];
    for _ in 0..3 {
        server.gets_from("203.0.113.1", "/robots.txt", &wrong).await;
    }
    becomes(&server, &[("chorus_refusals_total{code=\"wrong_secret\"}", 3.0)]).await;
    let log = server.log();
    assert_eq!(log.matches("request.refused").count(), 1, "{log}");
}

#[test]
fn a_single_error_raises_no_alert() {
    let rules = include_str!("../../../../deploy/prometheus/chorus.rules.yaml");
    let limits: Vec<f64> = Regex::new(r"expr: rate\(chorus_store_errors_total\[(\d+)m\]\) > ([\d.]+)")
        .unwrap()
        .captures_iter(rules)
        .map(|found| found[1].parse::<f64>().unwrap() * 60.0 * found[2].parse::<f64>().unwrap())
        .collect();
    assert!(!limits.is_empty() && limits.iter().all(|errors| *errors > 1.0), "{limits:?}");
}

#[tokio::test]
async fn there_are_no_metrics_on_the_address_of_the_chat_and_nothing_else_on_theirs() {
    let server = Logged::start("--metrics-listen 127.0.0.1:0");
    assert_eq!(server.browser.gets("/metrics").await.status, 404);
    let metrics = Browser::new(server.metrics_address().await);
    assert_eq!(metrics.gets("/t/lobby").await.status, 404);
    server.log();
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn the_dashboard_and_the_alerts_use_metrics_that_exist() {
    use crate::support::tls::{fixture, tls_settings};

    let tls = tls_settings(&fixture("first.pem"), &fixture("first.key"));
    let server = Logged::start(&format!("{tls} --metrics-listen 127.0.0.1:0"));
    let scrape = Scrape::of(&server).await;
    let names = scrape.names();
    let name = Regex::new("(?:chorus|process)_[a-z_]+").unwrap();
    for (file, text) in [
        ("dashboard", include_str!("../../../../deploy/grafana/chorus.json")),
        ("alerts", include_str!("../../../../deploy/prometheus/chorus.rules.yaml")),
    ] {
        let used: BTreeSet<_> = name.find_iter(text).map(|found| found.as_str()).collect();
        assert!(used.len() >= 5, "{file}: {used:?}");
        let missing: Vec<_> = used.difference(&names).collect();
        assert!(missing.is_empty(), "{file}: {missing:?} are not in {names:?}");
    }
    server.log();
}
