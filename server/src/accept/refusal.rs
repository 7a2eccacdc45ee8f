//! Answers of connections that get no further, made by hand: no request was read.

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpStream, sync::Semaphore, time::timeout};

use super::places::Full;

/// To half a head.
pub(super) const LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 49\r\n\r\nThe head of the request took too long to arrive.\n";

/// To one connection too many.
pub(super) const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 60\r\n\r\nThe server has no connection to spare; try again in a while.";

/// To one connection too many of one address.
const ADDRESS_FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 64\r\n\r\nToo many connections are open from your address; close some now.";

/// Connections that may wait for their refusal to be read. More are closed at once.
const LINGERING: usize = 32;
/// How long one waits.
const LINGER: Duration = Duration::from_secs(1);
const READ_BYTES: usize = 4_096;

/// Refuses connections.
#[derive(Debug)]
pub(super) struct Refusals {
    lingering: Arc<Semaphore>,
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self { lingering: Arc::new(Semaphore::new(LINGERING)) }
    }

    /// Answers and closes. Closing before the request has arrived would take the answer back: that resets the connection.
    pub(super) fn refuse(&self, stream: TcpStream, why: Full) {
        let Ok(permit) = Arc::clone(&self.lingering).try_acquire_owned() else { return };
        let answer = match why {
            Full::Server => FULL,
            Full::Address => ADDRESS_FULL,
        };
        tokio::spawn(async move {
            let _permit = permit;
            let _ = timeout(LINGER, say(stream, answer)).await;
        });
    }
}

async fn say(mut stream: TcpStream, answer: &[u8]) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    if stream.write_all(answer).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let mut unread = [0; READ_BYTES];
    while stream.read(&mut unread).await.is_ok_and(|bytes| bytes > 0) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_as_long_as_they_say() {
        for answer in [LATE, FULL, ADDRESS_FULL] {
            let text = std::str::from_utf8(answer).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            assert_eq!(length.parse::<usize>().unwrap(), body.len(), "{head}");
        }
    }
}
