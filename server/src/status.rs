//! Asks a server that runs on this machine how it is, for `chorus status` and `chorus health`.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use serde::Deserialize;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::config::ListenAddress;

/// The server may take `stall-ms`, 5 seconds by default, to find that its database does not answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Far more than any answer has.
const MAX_ANSWER_BYTES: u64 = 4 * 1_024 * 1_024;

/// The reason why a server's state is not known.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    /// No server listens there, or it ended the connection.
    #[error("no server answers at {0}: {1}")]
    NoAnswer(ListenAddress, io::Error),
    /// The server did not answer in time.
    #[error("the server at {0} did not answer within {seconds} seconds", seconds = ANSWER_TIMEOUT.as_secs())]
    TimedOut(ListenAddress),
    /// The server has no free connection, or the clock is wrong.
    #[error("the server at {0} refuses connections: {1}")]
    Refused(ListenAddress, String),
    /// The answer is that of another program.
    #[error("{0} is no server of Chorus that this version understands")]
    NotChorus(ListenAddress),
}

/// The answer of `/readyz`.
#[derive(Debug, Clone, Deserialize)]
pub struct ReadinessAnswer {
    status: String,
    reasons: Vec<Reason>,
    last_commit: Option<String>,
    last_failure: Option<Failure>,
    #[serde(skip)]
    is_ready: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Reason {
    code: String,
    message: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Failure {
    at: String,
    code: String,
}

/// A response without its headers.
struct HttpAnswer {
    status: u16,
    body: String,
}

impl ReadinessAnswer {
    /// Whether the server takes requests.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// Returns the reasons in one line.
    pub fn summary(&self) -> String {
        let reasons: Vec<_> = self.reasons.iter().map(|reason| reason.message.as_str()).collect();
        format!("the server is not ready: {}", reasons.join("; "))
    }

    /// Returns the answer for people.
    pub fn lines(&self) -> Vec<String> {
        let never = || "none since the start".to_owned();
        let failure = self.last_failure.as_ref().map(|Failure { at, code }| format!("{at} ({code})"));
        let reasons =
            self.reasons.iter().map(|Reason { code, message }| format!("reason: {code}: {message}"));
        let first = [
            format!("status: {}", self.status),
            format!("last commit: {}", self.last_commit.clone().unwrap_or_else(never)),
            format!("last failure: {}", failure.unwrap_or_else(never)),
        ];
        first.into_iter().chain(reasons).collect()
    }
}

/// Asks the server that listens at this address whether it is ready.
pub async fn ask_readiness(listen: &ListenAddress) -> Result<ReadinessAnswer, StatusError> {
    let HttpAnswer { status, body } = get(listen, "/readyz").await?;
    if status == 503 && !body.starts_with('{') {
        return Err(StatusError::Refused(listen.clone(), body.trim().to_owned()));
    }
    let answer: ReadinessAnswer =
        serde_json::from_str(&body).map_err(|_| StatusError::NotChorus(listen.clone()))?;
    Ok(ReadinessAnswer { is_ready: status == 200, ..answer })
}

/// Asks for the metrics. Returns the samples, without the buckets of histograms.
pub async fn ask_metrics(listen: SocketAddr) -> Result<Vec<String>, StatusError> {
    let listen = ListenAddress::Tcp(listen);
    let HttpAnswer { status, body } = get(&listen, "/metrics").await?;
    if status != 200 {
        return Err(StatusError::NotChorus(listen));
    }
    let samples = body.lines().filter(|line| !line.starts_with('#') && !line.contains("_bucket{"));
    Ok(samples.map(str::to_owned).collect())
}

async fn get(listen: &ListenAddress, path: &str) -> Result<HttpAnswer, StatusError> {
    let exchanged = timeout(ANSWER_TIMEOUT, exchange(&reachable(listen), path)).await;
    let bytes = exchanged.map_err(|_| StatusError::TimedOut(listen.clone()))?;
    let bytes = bytes.map_err(|error| StatusError::NoAnswer(listen.clone(), error))?;
    parse(&String::from_utf8_lossy(&bytes)).ok_or_else(|| StatusError::NotChorus(listen.clone()))
}

async fn exchange(listen: &ListenAddress, path: &str) -> io::Result<Vec<u8>> {
    match listen {
        ListenAddress::Tcp(address) => {
            ask(TcpStream::connect(*address).await?, &address.to_string(), path).await
        }
        #[cfg(unix)]
        ListenAddress::Unix(socket) => ask(UnixStream::connect(socket).await?, "localhost", path).await,
        #[cfg(not(unix))]
        ListenAddress::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Sends a request of HTTP/1.0, whose response is not chunked and ends with the connection.
async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &str, path: &str) -> io::Result<Vec<u8>> {
    let request = format!("GET {path} HTTP/1.0\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer).await?;
    Ok(answer)
}

fn parse(answer: &str) -> Option<HttpAnswer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some(HttpAnswer { status, body: body.to_owned() })
}

/// Returns an address at which a server that listens on all networks is reached.
fn reachable(listen: &ListenAddress) -> ListenAddress {
    match listen {
        ListenAddress::Tcp(address) if address.ip().is_unspecified() => {
            let local: IpAddr = match address {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            };
            ListenAddress::Tcp(SocketAddr::new(local, address.port()))
        }
        reached => reached.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_networks_is_asked_on_this_machine() {
        for (listen, asked) in [
            ("0.0.0.0:3000", "127.0.0.1:3000"),
            ("[::]:3000", "[::1]:3000"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(reachable(&listen.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn only_a_response_of_http_is_parsed() {
        let HttpAnswer { status, body } =
            parse("HTTP/1.0 503 Service Unavailable\r\na: b\r\n\r\n{}\n").unwrap();
        assert_eq!((status, body.as_str()), (503, "{}\n"));
        for odd in ["", "SSH-2.0-x\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n"] {
            assert!(parse(odd).is_none(), "{odd}");
        }
    }
}
