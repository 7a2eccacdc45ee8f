use std::io::{Read, Write};

use super::*;

/// A connection through a proxy, and its end at the server.
struct Link {
    proxy: Proxy,
    client: TcpStream,
    server: TcpStream,
}

fn link(start: fn(SocketAddr) -> Proxy) -> Link {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = start(listener.local_addr().unwrap());
    let client = TcpStream::connect(proxy.address()).unwrap();
    let server = listener.accept().unwrap().0;
    Link { proxy, client, server }
}

fn receives(stream: &mut TcpStream, text: &str) {
    let mut received = vec![0; text.len()];
    stream.read_exact(&mut received).unwrap();
    assert_eq!(String::from_utf8(received).unwrap(), text);
}

fn sends(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_stalled_direction_holds_bytes_back_and_the_other_does_not() {
    let Link { proxy, mut client, mut server } = link(Proxy::start_to);
    proxy.set_flow(Direction::ToServer, Flow::Stalled);
    sends(&mut client, "request");
    sends(&mut server, "answer");
    receives(&mut client, "answer");
    server.set_nonblocking(true).unwrap();
    assert!(server.read(&mut [0; 1]).is_err(), "nothing has arrived");
    server.set_nonblocking(false).unwrap();
    proxy.heal();
    receives(&mut server, "request");
}

#[test]
fn a_connection_that_lost_bytes_is_closed_when_the_flow_opens() {
    let Link { proxy, mut client, mut server } = link(Proxy::start_to);
    proxy.set_flow(Direction::ToServer, Flow::Swallowed);
    sends(&mut client, "lost");
    sends(&mut server, "answer");
    receives(&mut client, "answer");
    while proxy.state.lock().damaged_count() == 0 {
        thread::yield_now();
    }
    proxy.heal();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(server.read(&mut [0; 9]).unwrap(), 0, "nor does a part of it arrive");
}

#[test]
fn a_cut_closes_connections_and_refuses_new_ones() {
    let Link { proxy, mut client, mut server } = link(Proxy::start_to);
    proxy.cut();
    assert_eq!(client.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(server.read(&mut [0; 1]).unwrap(), 0);
    let mut refused = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(refused.read(&mut [0; 1]).unwrap_or(0), 0);
}

#[test]
fn notifications_are_lost_doubled_and_reordered_and_nothing_else() {
    let Link { proxy, mut client, mut server } = link(Proxy::start_to_nats);
    let message = |text: &str| format!("MSG chat 1 {}\r\n{text}\r\n", text.len());
    let mut check = |hints: Hints, expected: String| {
        proxy.set_hints(hints);
        sends(&mut server, &format!("{}PING\r\n{}", message("one"), message("a\r\nb")));
        receives(&mut client, &expected);
    };
    check(Hints::Delivered, format!("{}PING\r\n{}", message("one"), message("a\r\nb")));
    check(Hints::Lost, "PING\r\n".to_owned());
    check(Hints::Dropped, format!("{}PING\r\n", message("one")));
    check(Hints::Doubled, format!("{0}{0}PING\r\n{1}{1}", message("one"), message("a\r\nb")));
    check(Hints::Reordered, format!("PING\r\n{}{}", message("a\r\nb"), message("one")));
}
