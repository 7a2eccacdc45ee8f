//! Chorus alone: the cost of rendering pages.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{ACCEPT_ENCODING, CONTENT_ENCODING, COOKIE, HOST, SET_COOKIE},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::{
    options::Options,
    running_server::Chorus,
    scenarios::split,
    table::{Table, digits, whole},
};
use crate::{
    dialect::Dialect::V1,
    stats::{median, percentile},
};

/// Concurrent visitors. Each requests its next page when the last one has arrived.
const VISITORS: usize = 4;
/// The measured paths and content codings.
const REQUESTS: [(&str, &str); 4] =
    [("/t/bench0", "identity"), ("/t/bench0", "gzip"), ("/t/bench0", "br"), ("/", "br")];

/// The figures of one run.
struct PageFigures {
    pages_a_second: f64,
    cpu_ms: f64,
    p50_ms: f64,
    p99_ms: f64,
    bytes: f64,
}

/// Measures this part and returns it as Markdown.
pub fn section(options: &Options) -> Result<String> {
    let chorus = Chorus::start(options)?;
    let messages = "--acks --connections 1 --publishers 1 --warmup 0 --seconds 60 --messages 30";
    chorus.server.load(V1, &split(messages))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut table = Table::new(&["page", "coding", "bytes", "pages/s", "server CPU ms a page", "p50", "p99"]);
    for (path, coding) in REQUESTS {
        let runs = (0..options.rounds).map(|_| {
            eprintln!("--> pages of {path}, {coding}");
            runtime.block_on(run(&chorus, path, coding, Duration::from_secs_f64(options.seconds)))
        });
        let runs = runs.collect::<Result<Vec<_>>>()?;
        let of = |figure: fn(&PageFigures) -> f64| {
            median(&runs.iter().map(figure).collect::<Vec<_>>()).unwrap_or_default()
        };
        table.row(vec![
            format!("`{path}`"),
            coding.to_owned(),
            whole(of(|found| found.bytes)),
            whole(of(|found| found.pages_a_second)),
            digits(of(|found| found.cpu_ms)),
            format!("{} ms", digits(of(|found| found.p50_ms))),
            format!("{} ms", digits(of(|found| found.p99_ms))),
        ]);
    }
    let text = format!(
        "{VISITORS} visitors with sessions of their own, each of whom requests the next page when the last one has arrived; the topic's \
         page holds 30 messages of 128 bytes, `/` one topic. Medians of {} rounds.",
        options.rounds
    );
    Ok(format!("{text}\n\n{}", table.markdown()))
}

async fn run(
    chorus: &Chorus,
    path: &'static str,
    coding: &'static str,
    time: Duration,
) -> Result<PageFigures> {
    let mut visitors = Vec::new();
    for _ in 0..VISITORS {
        visitors.push(Visitor::connect(chorus.server.address(), path, coding).await?);
    }
    let begun = Instant::now();
    let cpu = chorus.server.tree().cpu();
    let asked = visitors.iter_mut().map(|visitor| visitor.request_until(begun + time));
    let mut times = try_join_all(asked).await?.concat();
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = (chorus.server.tree().cpu() - cpu).as_secs_f64();
    times.sort_unstable();
    let count = times.len() as f64;
    let ms = |share| f64::from(percentile(&times, share)) / 1e3;
    Ok(PageFigures {
        pages_a_second: count / seconds,
        cpu_ms: cpu * 1e3 / count,
        p50_ms: ms(0.5),
        p99_ms: ms(0.99),
        bytes: visitors.iter().map(|visitor| visitor.bytes).max().unwrap_or(0) as f64,
    })
}

/// A visitor with a session and a persistent connection.
struct Visitor {
    connection: SendRequest<Empty<Bytes>>,
    request: Request<Empty<Bytes>>,
    /// The size of the last page as transferred.
    bytes: usize,
}

impl Visitor {
    async fn connect(address: &str, path: &str, coding: &'static str) -> Result<Self> {
        let (mut sender, connection) = handshake(TokioIo::new(TcpStream::connect(address).await?)).await?;
        tokio::spawn(connection);
        let request = Request::get(path).header(HOST, address).header(ACCEPT_ENCODING, coding);
        let mut request = request.body(Empty::new())?;
        let first = sender.send_request(request.clone()).await?;
        let cookie = first.headers().get(SET_COOKIE).context("the response starts no session")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().parse()?;
        request.headers_mut().insert(COOKIE, cookie);
        let coded =
            first.headers().get(CONTENT_ENCODING).map_or("identity", |coded| coded.to_str().unwrap_or(""));
        ensure!(coded == coding, "{coding} was requested, and {coded} returned");
        let bytes = first.into_body().collect().await?.to_bytes().len();
        Ok(Self { connection: sender, request, bytes })
    }

    /// Requests pages until `end` and returns their latencies in microseconds.
    async fn request_until(&mut self, end: Instant) -> Result<Vec<u32>> {
        let mut times = Vec::new();
        while Instant::now() < end {
            let begun = Instant::now();
            let answer = self.connection.send_request(self.request.clone()).await?;
            ensure!(answer.status() == StatusCode::OK, "{}", answer.status());
            self.bytes = answer.into_body().collect().await?.to_bytes().len();
            times.push(begun.elapsed().as_micros() as u32);
        }
        Ok(times)
    }
}
