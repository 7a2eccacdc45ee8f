//! Measures PostgreSQL and NATS without Chorus, on the same machine and in the same run.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use testing::{Postgres, find_postgres};

use super::commands;
use crate::stats::percentile;

/// The text of a row or message.
const BODY_BYTES: usize = 128;
/// How long NATS may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// Inserts rows with `pgbench`, in transactions of this many, and returns the rows stored a second.
///
/// # Errors
/// `pgbench` is not installed beside PostgreSQL, or fails.
pub fn inserts_per_second(postgres: &Postgres, connections: usize, rows: u32, seconds: u32) -> Result<f64> {
    eprintln!("--> pgbench, {connections} connections, {rows} rows a transaction");
    let programs = find_postgres().context("PostgreSQL is not installed")?;
    let database = postgres.database();
    let url = database.url();
    let create = "CREATE TABLE bound (id bigserial PRIMARY KEY, body text NOT NULL)";
    output(Command::new(programs.join("psql")).args([url, "--quiet", "--command", create]))?;
    let script = database.folder().join("insert.sql");
    let insert = format!(
        "INSERT INTO bound (body) SELECT repeat('x', {BODY_BYTES}) FROM generate_series(1, {rows});\n"
    );
    std::fs::write(&script, insert)?;
    let connections = connections.to_string();
    let seconds = seconds.to_string();
    let text = output(
        Command::new(programs.join("pgbench"))
            .args(["--no-vacuum", "--client", &connections, "--time", &seconds, "--file"])
            .arg(&script)
            .arg(url),
    )?;
    Ok(transactions_per_second(&text).context("pgbench prints no figure")? * f64::from(rows))
}

/// Finds the figure in the output of `pgbench`.
fn transactions_per_second(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A NATS server, which is killed on drop.
pub struct Nats {
    process: Child,
    address: SocketAddr,
}

/// The latency and rate of messages, one of which is under way at a time.
pub struct RoundTrips {
    /// Median, in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// Messages a second.
    pub per_second: f64,
}

impl Nats {
    /// Starts one. Returns `None` where it is not installed, or does not start.
    pub fn start() -> Option<Self> {
        // Another program may take the port in between; then it does not start.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?.port();
        let arguments = ["--addr", "127.0.0.1", "--port", &port.to_string()];
        let mut command = commands::command_with(Path::new("nats-server"), &arguments);
        command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let mut nats = Self { process, address: (Ipv4Addr::LOCALHOST, port).into() };
        let begun = Instant::now();
        while TcpStream::connect(nats.address).is_err() {
            if begun.elapsed() > START_TIMEOUT || nats.process.try_wait().ok()?.is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(nats)
    }

    /// The URL in the form that `chorus --hints` takes.
    pub fn url(&self) -> String {
        format!("nats://{}", self.address)
    }

    /// Sends messages from one client to another for some time, each once the one before has arrived.
    ///
    /// # Errors
    /// A connection ends.
    pub fn round_trips(&self, time: Duration) -> Result<RoundTrips> {
        eprintln!("--> NATS alone");
        let mut publisher = self.connect()?;
        let mut subscriber = self.connect()?;
        subscriber.get_mut().write_all(b"SUB bench 1\r\nPING\r\n")?;
        wait_for(&mut subscriber, "PONG")?;
        let message = format!("PUB bench {BODY_BYTES}\r\n{}\r\n", "x".repeat(BODY_BYTES));
        let mut payload = [0; BODY_BYTES + 2];
        let mut latencies = Vec::new();
        let begun = Instant::now();
        while begun.elapsed() < time {
            let sent = Instant::now();
            publisher.get_mut().write_all(message.as_bytes())?;
            wait_for(&mut subscriber, "MSG ")?;
            subscriber.read_exact(&mut payload)?;
            latencies.push(sent.elapsed().as_micros() as u32);
        }
        let per_second = latencies.len() as f64 / begun.elapsed().as_secs_f64();
        latencies.sort_unstable();
        let at = |share| f64::from(percentile(&latencies, share)) / 1e3;
        Ok(RoundTrips { p50_ms: at(0.5), p99_ms: at(0.99), per_second })
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        stream.get_mut().write_all(b"CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n")?;
        wait_for(&mut stream, "PONG")?;
        Ok(stream)
    }
}

/// Reads lines up to one that begins so, and answers pings.
fn wait_for(stream: &mut BufReader<TcpStream>, begin: &str) -> Result<()> {
    let mut line = String::new();
    while !line.starts_with(begin) {
        if line.starts_with("PING") {
            stream.get_mut().write_all(b"PONG\r\n")?;
        }
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            bail!("NATS has closed the connection");
        }
    }
    Ok(())
}

impl Drop for Nats {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_of_pgbench_is_found() {
        let text = "latency average = 0.5 ms\ninitial connection time = 2 ms\ntps = 1879.402613 (without initial connection time)\n";
        assert_eq!(transactions_per_second(text), Some(1_879.402_613));
        assert_eq!(transactions_per_second("pgbench: error"), None);
    }
}
