//! Many who leave at once: nothing that they asked for is held for them.

use futures::future::join_all;
use tokio::{io::AsyncWriteExt, net::TcpStream, task::yield_now};

use crate::support::{TestServer, soon, start};

/// Streams that are closed at once.
const STREAMS: u64 = 20;
/// How often: each time a little later.
const ROUNDS: u64 = 20;

/// Asks for the events after a place, which the server reads from its database.
async fn asks(server: &TestServer, after: u64) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request =
        format!("GET /api/v1/topics/lobby/events?after={after} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn event_streams_that_are_all_closed_at_once_leave_the_server_as_it_was() {
    let server = start("--hub-ring 4 --recent-topics 1").await;
    let (ann, browser) = (server.joins("Ann", "lobby"), server.browser());
    ann.await.publishes_many((0..ROUNDS * STREAMS).map(|n| format!("message {n}"))).await;
    for round in 0..ROUNDS {
        let streams = join_all((0..STREAMS).map(|n| asks(&server, round * STREAMS + n))).await;
        for _ in 0..round * 20 {
            yield_now().await;
        }
        for stream in &streams {
            // A reset: the server learns at once that nobody reads.
            socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
        }
        drop(streams);
        assert_eq!(browser.gets("/t/lobby?before=50").await.status, 200, "after round {round}");
    }
    let mut stream =
        soon("a stream", browser.streams_events("/api/v1/topics/lobby/events?after=0", &[])).await;
    assert_eq!(stream.receives_event().await.seq, 1);
}
