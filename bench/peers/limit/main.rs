//! The peer `limit`: what the kernel allows. One thread around epoll; every text frame goes to everyone as one and the
//! same ready-made frame, and all that came in a turn goes out in one write a socket. It stores nothing and checks nothing.

#![allow(clippy::print_stdout, reason = "it says where it listens")]

mod client;
mod hall;

use anyhow::Result;
use mio::{Events, Interest, Poll, Token, net::TcpListener};

use hall::Hall;

const LISTENER: Token = Token(usize::MAX);

fn main() -> Result<()> {
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(1_024);
    let mut listener = TcpListener::bind("127.0.0.1:0".parse()?)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("ready http://{}", listener.local_addr()?);
    let mut hall = Hall::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                hall.let_in(&listener, poll.registry())?;
                continue;
            }
            let Token(index) = event.token();
            if event.is_writable() {
                hall.flush(index);
            }
            if event.is_readable() || event.is_error() {
                hall.read(index);
            }
        }
        hall.tell_all();
    }
}
