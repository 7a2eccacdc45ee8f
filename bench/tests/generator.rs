//! Tests the generator against a small broadcast server that works correctly or injects one fault.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use bench::{
    load::{self, Options, Report},
    wire::{self, frame, handshake},
};
use clap::Parser;

/// The fault that the server injects once, for the second client.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Lose,
    Double,
    Swap,
    Damage,
}

/// The number of the frame with the fault: long after all probes.
const FAULTY_FRAME: usize = 50;

struct Broadcast {
    clients: Vec<TcpStream>,
    said: usize,
    held: Option<Vec<u8>>,
    fault: Fault,
}

impl Broadcast {
    fn send_all(&mut self, text: &[u8]) {
        self.said += 1;
        let mut frame = Vec::new();
        frame::server(&mut frame, wire::TEXT, text);
        for index in 0..self.clients.len() {
            let bytes = if index == 1 { self.second(frame.clone()) } else { frame.clone() };
            // Fails for clients that have disconnected.
            let _ = self.clients[index].write_all(&bytes);
        }
    }

    fn second(&mut self, mut frame: Vec<u8>) -> Vec<u8> {
        if let Some(held) = self.held.take() {
            return [frame, held].concat();
        }
        match self.fault {
            _ if self.said != FAULTY_FRAME => {}
            Fault::None => {}
            Fault::Lose => frame.clear(),
            Fault::Double => frame.extend(frame.clone()),
            Fault::Swap => self.held = Some(std::mem::take(&mut frame)),
            Fault::Damage => *frame.last_mut().unwrap() = b'!',
        }
        frame
    }
}

fn serve(fault: Fault) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let broadcast = Arc::new(Mutex::new(Broadcast { clients: Vec::new(), said: 0, held: None, fault }));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let broadcast = broadcast.clone();
            thread::spawn(move || listen(stream.unwrap(), &broadcast));
        }
    });
    address
}

fn listen(mut stream: TcpStream, broadcast: &Mutex<Broadcast>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4_096];
    let mut open = false;
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..read]);
        if !open {
            let Some(end) = handshake::head(&bytes) else { continue };
            let head = String::from_utf8(bytes.drain(..end).collect()).unwrap();
            stream.write_all(handshake::response(&head).unwrap().as_bytes()).unwrap();
            broadcast.lock().unwrap().clients.push(stream.try_clone().unwrap());
            open = true;
        }
        while let Some(header) = frame::header(&bytes) {
            let mut payload = bytes[header.payload.clone()].to_vec();
            frame::mask(&mut payload, header.key.unwrap());
            broadcast.lock().unwrap().send_all(&payload);
            bytes.drain(..header.payload.end);
        }
    }
}

fn report(fault: Fault) -> Report {
    let address = serve(fault).to_string();
    let pid = std::process::id().to_string();
    let words =
        ["load", &address, "--pid", &pid, "--dialect", "raw", "--connections", "4", "--publishers", "1"];
    let window =
        ["--outstanding", "2", "--warmup", "0", "--seconds", "60", "--messages", "200", "--drain", "0.5"];
    load::run(&Options::parse_from(words.iter().chain(&window))).unwrap()
}

#[test]
fn a_correct_server_is_reported_as_sound() {
    let report = report(Fault::None);
    assert!(report.is_sound(), "{report}");
    assert!(report.messages == 200 && report.deliveries > 190 * 4, "{report}");
    assert!(report.p99_ms >= report.p50_ms && report.p50_ms > 0.0, "{report}");
    assert!(report.rss_kib > 0 && report.messages_per_read >= 1.0, "{report}");
}

#[test]
fn a_duplicate_message_is_reported() {
    let report = report(Fault::Double);
    assert_eq!((report.duplicates, report.lost, report.is_sound()), (1, 0, false), "{report}");
}

#[test]
fn swapped_messages_are_reported_as_out_of_order() {
    let report = report(Fault::Swap);
    assert_eq!((report.out_of_order, report.lost, report.is_sound()), (1, 0, false), "{report}");
    assert!(!report.one_order, "{report}");
}

#[test]
fn a_message_that_one_client_does_not_get_is_reported_as_lost() {
    for fault in [Fault::Lose, Fault::Damage] {
        let report = report(fault);
        assert_eq!((report.lost, report.duplicates, report.is_sound()), (1, 0, false), "{report}");
    }
}
