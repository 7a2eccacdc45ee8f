//! Server-sent events: the same delivery guarantees as over a WebSocket.

use app::protocol::CloseCode;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::support::{EventStream, TestServer, bodies_of, body_of, soon, start, start_one};

const EVENTS: &str = "/api/v1/topics/lobby/events";

/// Opens a stream. Returns it with the id of its first block.
async fn streams_events(server: &TestServer, query: &str, last_id: Option<&str>) -> (EventStream, String) {
    // Compression would buffer events, so a stream must not be compressed even if the client accepts it.
    let mut headers = vec![("accept-encoding", "gzip, br")];
    headers.extend(last_id.map(|id| ("last-event-id", id)));
    let mut stream = server.browser().streams_events(&format!("{EVENTS}{query}"), &headers).await;
    let first = stream.next().await.unwrap();
    assert_eq!((first.comment.as_deref(), first.data.as_str()), (Some("chorus"), ""));
    assert!(first.retry_ms.is_some_and(|ms| (1_000..2_000).contains(&ms)), "{first:?}");
    (stream, first.id)
}

/// Receives events and returns their `seq`s.
async fn seqs(stream: &mut EventStream, count: u64) -> Vec<u64> {
    let mut seqs = Vec::new();
    while (seqs.len() as u64) < count {
        seqs.push(stream.receives_event().await.seq);
    }
    seqs
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (1..=count).map(|n| format!("message {n}"))
}

#[tokio::test]
async fn a_stream_begins_live_and_sends_its_position_at_once() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes("before").await;
    let (mut stream, id) = streams_events(&server, "", None).await;
    assert!(id.starts_with(&format!("{}:1:", seen.epoch)), "{id}");
    let published = ann.publishes("now").await;
    assert_eq!(stream.receives_event().await, published, "the same event as over a socket");
}

#[tokio::test]
async fn a_reader_without_an_event_yet_resumes_without_a_gap() {
    let server = start("").await;
    let (stream, id) = streams_events(&server, "", None).await;
    drop(stream);
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes("meanwhile").await;
    let (mut stream, _) = streams_events(&server, "", Some(&id)).await;
    assert_eq!(body_of(&stream.receives_event().await), "meanwhile");
}

#[tokio::test]
async fn events_after_a_position_come_once_in_order_then_new_ones() {
    for settings in ["", "--hub-ring 1 --recent-topics 1"] {
        let server = start(settings).await;
        let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
        ann.publishes_many(numbered(350)).await;
        let (mut all, id) = streams_events(&server, "?after=0", None).await;
        assert_eq!(id, format!("{}:0", seen.epoch));
        let last = format!("{}:300", seen.epoch);
        let (mut some, id) = streams_events(&server, "?after=0", Some(&last)).await;
        assert_eq!(id, last, "the last id wins");
        ann.publishes("live").await;
        assert_eq!(seqs(&mut all, 351).await, (1..=351).collect::<Vec<_>>(), "{settings}");
        assert_eq!(seqs(&mut some, 51).await, (301..=351).collect::<Vec<_>>(), "{settings}");
    }
}

#[tokio::test]
async fn messages_published_while_connecting_arrive_exactly_once() {
    let server = start("--hub-ring 4").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many(numbered(100)).await;
    let coming = futures::future::join_all((0..20).map(async |n| {
        let (mut stream, id) = streams_events(&server, &format!("?after={n}"), None).await;
        assert!(id.ends_with(&format!(":{n}")));
        seqs(&mut stream, 400 - n).await.into_iter().eq(n + 1..=400)
    }));
    let (whole, ()) = tokio::join!(coming, ann.publishes_many(numbered(300)));
    assert!(whole.into_iter().all(|whole| whole));
}

/// Repetitions of a race.
const ROUNDS: u64 = 50;

#[tokio::test]
async fn a_single_message_published_while_connecting_arrives_without_another() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    for head in 0..ROUNDS {
        // Each connects a little later than the one before, so that one of them connects while the message is being stored.
        let coming = futures::future::join_all((0..10).map(async |n| {
            for _ in 0..n * 200 {
                tokio::task::yield_now().await;
            }
            let (mut stream, _) = streams_events(&server, &format!("?after={head}"), None).await;
            stream.receives_event().await.seq
        }));
        let (published, received) = tokio::join!(ann.publishes("only this"), coming);
        assert!(received.iter().all(|seq| *seq == published.seq), "{received:?}");
    }
}

#[tokio::test]
async fn changes_are_streamed_too() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let (mut stream, _) = streams_events(&server, "", None).await;
    ann.publishes("tea").await;
    ann.edits(1, 1, "coffee").await;
    let edit = ann.receives_event().await;
    assert_eq!(stream.receives_event().await.seq, 1);
    assert_eq!(stream.receives_event().await, edit);
}

#[tokio::test]
async fn the_last_event_id_is_valid_after_a_restart() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let (mut stream, _) = streams_events(&server, "", None).await;
    ann.publishes("one").await;
    let id = loop {
        let block = stream.next().await.unwrap();
        if !block.data.is_empty() {
            break block.id;
        }
    };
    ann.publishes("two").await;
    drop(ann);
    let server = server.stops().await.restarts().await;
    let (mut stream, _) = streams_events(&server, "", Some(&id)).await;
    assert_eq!(body_of(&stream.receives_event().await), "two");
}

#[tokio::test]
async fn an_id_of_another_history_resets_to_the_newest_messages() {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many(numbered(40)).await;
    let beyond = format!("{}:41", seen.epoch);
    for (query, id) in
        [("", "0123456789abcdef:3"), ("", beyond.as_str()), ("", "nonsense"), ("?after=41", "")]
    {
        let mut stream =
            server.browser().streams_events(&format!("{EVENTS}{query}"), &[("last-event-id", id)]).await;
        let reset = stream.next().await.unwrap();
        assert_eq!(reset.event, "reset", "{id:?}");
        assert!(reset.id.starts_with(&format!("{}:40:", seen.epoch)), "{id:?}: {}", reset.id);
        let data: Value = serde_json::from_str(&reset.data).unwrap();
        assert_eq!(
            (&data["epoch"], &data["head"], &data["more"]),
            (&json!(seen.epoch.0), &json!(40), &json!(true))
        );
        let events: Vec<_> = serde_json::from_value(data["events"].clone()).unwrap();
        assert_eq!(bodies_of(&events), numbered(40).skip(10).collect::<Vec<_>>());
    }
    let mut stream = server.browser().streams_events(EVENTS, &[("last-event-id", "nonsense")]).await;
    stream.next().await.unwrap();
    let published = ann.publishes("live").await;
    assert_eq!(stream.receives_event().await, published, "and goes on live");
}

#[tokio::test]
async fn an_invalid_position_is_rejected() {
    let server = start("").await;
    for path in ["/api/v1/topics/No/events", "/api/v1/topics/lobby/events?after=one"] {
        assert_eq!(server.browser().gets(path).await.json()["code"], "bad_request", "{path}");
    }
    let foreign = [("origin", "https://evil.example")];
    let answer = server.browser().gets_with(EVENTS, &foreign).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &json!("foreign_origin")));
}

#[tokio::test]
async fn an_idle_stream_is_kept_alive() {
    let server = start("--ping-seconds 1").await;
    let (mut stream, _) = streams_events(&server, "", None).await;
    let ping = stream.next().await.unwrap();
    assert_eq!((ping.data.as_str(), ping.comment.is_some()), ("", true));
}

#[tokio::test]
async fn streams_count_as_connections_until_their_reader_is_gone() {
    let server = start_one("--max-connections 2").await;
    let (first, _) = streams_events(&server, "", None).await;
    let (_second, _) = streams_events(&server, "", None).await;
    let refused = server.browser().gets(EVENTS).await;
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("unavailable")));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(server.handshake().rejection_status().await, 503);
    drop(first);
    let place = async { while server.handshake().connects_or_status().await.is_err() {} };
    soon("a place", place).await;
}

#[tokio::test]
async fn a_shutdown_ends_streams_with_a_retry_delay() {
    let server = start("--shutdown-seconds 7").await;
    let mut ann = server.joins("Ann", "lobby").await;
    let (mut stream, _) = streams_events(&server, "", None).await;
    ann.publishes("last words").await;
    assert_eq!(body_of(&stream.receives_event().await), "last words");
    let all_end = async {
        let hint = stream.next().await.unwrap();
        assert_eq!(hint.comment.as_deref(), Some("drain"));
        assert!(hint.retry_ms.is_some_and(|ms| ms < 7_000), "{hint:?}");
        assert_eq!(stream.next().await, None);
        assert_eq!(ann.next().await, app::protocol::ServerFrame::Drain { within_ms: 7_000 });
        ann.is_closed(CloseCode::Drain).await;
    };
    let (ended, ()) = tokio::join!(server.stops(), all_end);
    assert!(ended.in_time);
}

/// Enough messages to fill every buffer between server and client.
const BODIES: usize = 2_000;

fn long(n: usize) -> String {
    format!("{n} {}", "x".repeat(6_000))
}

/// Requests the stream with a small receive buffer, and does not read yet.
async fn requests_with_small_buffer(server: &TestServer) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = soon("a connection", socket.connect(server.address)).await.unwrap();
    // HTTP/1.0, so that the body has no chunk headers.
    let request = format!("GET {EVENTS}?after=0 HTTP/1.0\r\nHost: localhost\r\n\r\n");
    soon("asking", stream.write_all(request.as_bytes())).await.unwrap();
    stream
}

/// Reads up to this `seq` or the end of the connection. Returns the `seq`s of the received events.
async fn reads_until(stream: &mut TcpStream, last: u64) -> Vec<u64> {
    let mut text = Vec::new();
    let mut buffer = vec![0; 65_536];
    let end = format!("\"seq\":{last},");
    loop {
        let read = soon("more of the stream", stream.read(&mut buffer)).await.unwrap_or(0);
        text.extend_from_slice(&buffer[..read]);
        let tail = &text[text.len().saturating_sub(read + 8_000)..];
        if read == 0
            || tail.windows(end.len()).any(|window| window == end.as_bytes()) && text.ends_with(b"\n\n")
        {
            break;
        }
    }
    let text = String::from_utf8_lossy(&text);
    let ids = text.lines().filter(|line| line.starts_with("id: ")).skip(1);
    let whole = ids.zip(text.lines().filter(|line| line.starts_with("data: ") && line.ends_with('}')));
    whole.map(|(id, _)| id.rsplit(':').nth(2).unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn a_slow_reader_gets_everything_once_in_order() {
    let server = start("--hub-ring 8").await;
    let mut slow = requests_with_small_buffer(&server).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=BODIES).map(long)).await;
    let read = reads_until(&mut slow, BODIES as u64).await;
    assert!(read.into_iter().eq(1..=BODIES as u64));
}

#[tokio::test]
async fn a_stalled_reader_frees_its_connection_and_loses_nothing() {
    let server = start("--write-seconds 1 --max-connections 2").await;
    let mut slow = requests_with_small_buffer(&server).await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((1..=BODIES).map(long)).await;
    let place = async {
        loop {
            if let Ok(socket) = server.handshake().with_v1().connects_or_status().await {
                return socket;
            }
        }
    };
    soon("a place", place).await.leaves().await;
    ann.leaves().await;
    let read = reads_until(&mut slow, BODIES as u64).await;
    let have = read.len() as u64;
    assert!(have < BODIES as u64, "the connection buffered everything: no reader was slow");
    assert!(read.into_iter().eq(1..=have), "what came was whole and in order");
    let (mut stream, _) = streams_events(&server, &format!("?after={have}"), None).await;
    assert_eq!(stream.receives_event().await.seq, have + 1);
}
