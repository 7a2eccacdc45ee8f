//! Fixed responses for connections that are closed before a request was read.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::Semaphore,
    time::timeout,
};

use super::{slots::NoSlot, stream::Stream};

/// Answers an incomplete request head.
pub(super) const REQUEST_TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 49\r\n\r\nThe head of the request took too long to arrive.\n";

/// Answers a connection above the limit.
pub(super) const SERVER_FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 60\r\n\r\nThe server has no connection to spare; try again in a while.";

/// Answers a connection above the limit of its address.
const ADDRESS_FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 64\r\n\r\nToo many connections are open from your address; close some now.";

/// Answers while the clock shows a time that the date of a response cannot express.
pub(super) const WRONG_CLOCK: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 60\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 55\r\n\r\nThe server's clock is wrong; its operator has to set it";

/// Rejected connections that may wait for the client to read the response. Those beyond are closed without one, which costs no task.
const MAX_LINGERING: usize = 32;
/// The same for those above the limit of their address, which must not take the places of the others.
const MAX_LINGERING_OF_ADDRESSES: usize = 8;
/// How long a rejection waits for the request. A client that has sent none yet would take a response for a fault of the protocol.
const REQUEST_WAIT: Duration = Duration::from_millis(500);
/// How long a rejected connection waits in all.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
const READ_BUFFER_BYTES: usize = 4_096;

/// Rejects connections with a response.
#[derive(Debug)]
pub(super) struct Rejector {
    lingering: Arc<Semaphore>,
    lingering_of_addresses: Arc<Semaphore>,
}

impl Rejector {
    pub(super) fn new() -> Self {
        Self {
            lingering: Arc::new(Semaphore::new(MAX_LINGERING)),
            lingering_of_addresses: Arc::new(Semaphore::new(MAX_LINGERING_OF_ADDRESSES)),
        }
    }

    /// Responds that there is no slot, and closes.
    pub(super) fn reject(&self, stream: Stream, reason: NoSlot) {
        match reason {
            NoSlot::ServerFull => linger(&self.lingering, stream, SERVER_FULL),
            NoSlot::AddressFull => linger(&self.lingering_of_addresses, stream, ADDRESS_FULL),
        }
    }

    /// Responds and closes, in the background.
    pub(super) fn reject_with(&self, stream: Stream, response: &'static [u8]) {
        linger(&self.lingering, stream, response);
    }
}

/// Responds and closes in the background, if there is a place for that.
fn linger(
    places: &Arc<Semaphore>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    response: &'static [u8],
) {
    let Ok(permit) = Arc::clone(places).try_acquire_owned() else { return };
    tokio::spawn(async move {
        let _permit = permit;
        let _ = timeout(RESPONSE_TIMEOUT, respond(stream, response)).await;
    });
}

/// Writes the response when the request begins, and reads until the client closes: closing a socket with unread input resets the
/// connection, which would discard the response.
async fn respond(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: &[u8]) {
    let mut unread = [0; READ_BUFFER_BYTES];
    let _ = timeout(REQUEST_WAIT, stream.read(&mut unread)).await;
    if stream.write_all(response).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    while stream.read(&mut unread).await.is_ok_and(|bytes| bytes > 0) {}
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{DuplexStream, duplex},
        time::Instant,
    };

    use super::*;

    async fn received(mut client: DuplexStream) -> (String, Duration) {
        let start = Instant::now();
        let mut text = String::new();
        client.read_to_string(&mut text).await.unwrap();
        (text, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_response_follows_the_first_bytes_of_the_request() {
        let (mut client, stream) = duplex(READ_BUFFER_BYTES);
        tokio::spawn(respond(stream, SERVER_FULL));
        let early = timeout(REQUEST_WAIT / 2, client.read_u8()).await;
        assert!(early.is_err(), "nothing is sent before the request");
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let (text, waited) = received(client).await;
        assert_eq!((text.as_bytes(), waited), (SERVER_FULL, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_sends_nothing_is_told_as_well() {
        let (client, stream) = duplex(READ_BUFFER_BYTES);
        tokio::spawn(respond(stream, SERVER_FULL));
        assert_eq!(received(client).await, (String::from_utf8(SERVER_FULL.to_vec()).unwrap(), REQUEST_WAIT));
    }

    #[tokio::test(start_paused = true)]
    async fn connections_beyond_those_that_may_linger_are_closed_at_once() {
        let places = Arc::new(Semaphore::new(1));
        let (first, stream) = duplex(READ_BUFFER_BYTES);
        linger(&places, stream, ADDRESS_FULL);
        let (second, stream) = duplex(READ_BUFFER_BYTES);
        linger(&places, stream, ADDRESS_FULL);
        assert_eq!(received(second).await, (String::new(), Duration::ZERO));
        let (text, waited) = received(first).await;
        assert_eq!((text.as_bytes(), waited), (ADDRESS_FULL, REQUEST_WAIT));
        let freed = timeout(RESPONSE_TIMEOUT, places.acquire()).await;
        assert!(freed.is_ok(), "the place is free for the next");
    }

    #[tokio::test]
    async fn an_address_over_its_limit_leaves_others_their_answers() {
        let rejector = Rejector::new();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = Vec::new();
        for _ in 0..=MAX_LINGERING {
            clients.push(tokio::net::TcpStream::connect(address).await.unwrap());
            rejector.reject(listener.accept().await.unwrap().0.into(), NoSlot::AddressFull);
        }
        assert_eq!(rejector.lingering.available_permits(), MAX_LINGERING);
    }

    #[test]
    fn content_lengths_are_correct() {
        for response in [REQUEST_TIMEOUT, SERVER_FULL, ADDRESS_FULL, WRONG_CLOCK] {
            let text = std::str::from_utf8(response).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            assert_eq!(length.parse::<usize>().unwrap(), body.len(), "{head}");
        }
    }
}
