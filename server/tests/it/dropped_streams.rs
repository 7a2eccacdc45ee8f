//! Many event streams closed at once must not keep database connections or other resources.

use futures::future::join_all;
use tokio::{io::AsyncWriteExt, net::TcpStream, task::yield_now};

use crate::support::{TestServer, soon, start};

/// Streams that are closed at the same time.
const STREAMS: u64 = 20;
/// Repetitions, each closing the streams a little later.
const ROUNDS: u64 = 20;

/// Requests the events after a `seq`, which the server reads from its database.
async fn requests_events(server: &TestServer, after: u64) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request =
        format!("GET /api/v1/topics/lobby/events?after={after} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn many_event_streams_closed_at_once_hold_no_resources() {
    let server = start("--hub-ring 4 --recent-topics 1").await;
    let ann = server.joins("Ann", "lobby");
    let browser = server.browser();
    ann.await.publishes_many((0..ROUNDS * STREAMS).map(|n| format!("message {n}"))).await;
    for round in 0..ROUNDS {
        let streams = join_all((0..STREAMS).map(|n| requests_events(&server, round * STREAMS + n))).await;
        for _ in 0..round * 20 {
            yield_now().await;
        }
        for stream in &streams {
            // Closing with a reset tells the server at once.
            socket2::SockRef::from(stream).set_linger(Some(std::time::Duration::ZERO)).unwrap();
        }
        drop(streams);
        assert_eq!(browser.gets("/t/lobby?before=50").await.status, 200, "after round {round}");
    }
    let mut stream =
        soon("a stream", browser.streams_events("/api/v1/topics/lobby/events?after=0", &[])).await;
    assert_eq!(stream.receives_event().await.seq, 1);
}
