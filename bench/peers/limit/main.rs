//! The peer `limit`: an upper bound of what the kernel allows. One thread around epoll encodes every text frame once for all
//! clients, and sends all frames of one poll in one write per socket. It stores nothing and validates nothing.

#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod broadcast;
mod client;

use anyhow::Result;
use mio::{Events, Interest, Poll, Token, net::TcpListener};

use broadcast::Broadcast;

const LISTENER: Token = Token(usize::MAX);

fn main() -> Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1_024);
    let mut listener = TcpListener::bind("127.0.0.1:0".parse()?)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("ready http://{}", listener.local_addr()?);
    let mut broadcast = Broadcast::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                broadcast.accept_all(&listener, poll.registry())?;
                continue;
            }
            let Token(index) = event.token();
            if event.is_writable() {
                broadcast.flush(index);
            }
            if event.is_readable() || event.is_error() {
                broadcast.read(index);
            }
        }
        broadcast.send_all();
    }
}
