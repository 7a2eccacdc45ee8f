//! Tests the generator against a small broadcast server that works correctly or injects one fault.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use app::protocol::{ClientFrame, TopicName};
use bench::{
    load::{self, LoadOptions, Report},
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

const WELCOME: &str = r#"{"type":"welcome","connection":"019a2b1c-7d40-7c3e-9b1a-5f2e8d4c6a01","user":"019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d","name":"bench","now":1795374100000,"ping_seconds":0,"limits":{"frame_bytes":65536,"body_bytes":16384,"name_chars":64,"subscriptions":64}}"#;

/// The number of the frame with the fault: long after all probes.
const FAULTY_FRAME: usize = 50;

struct Client {
    stream: TcpStream,
    /// With `chorus.v1`.
    topics: Vec<TopicName>,
}

struct Broadcast {
    clients: Vec<Client>,
    /// With `chorus.v1`: the newest `seq`.
    heads: HashMap<TopicName, u64>,
    published: usize,
    held: Option<Vec<u8>>,
    fault: Fault,
}

impl Broadcast {
    /// Broadcasts a text, or handles a frame of `chorus.v1`.
    fn receive(&mut self, client: usize, text: &[u8]) {
        match serde_json::from_slice(text) {
            Ok(ClientFrame::Hello { .. }) => self.reply(client, WELCOME),
            Ok(ClientFrame::Subscribe { topic, .. }) => {
                let head = self.heads.get(&topic).copied().unwrap_or_default();
                self.reply(client, &format!(r#"{{"type":"subscribed","ref":0,"topic":"{topic}","epoch":"1","head":{head},"mode":"tail","events":[],"more":false}}"#));
                self.clients[client].topics.push(topic);
            }
            Ok(ClientFrame::Publish { topic, body, .. }) => {
                let head = self.heads.entry(topic.clone()).or_default();
                *head += 1;
                // The fields that the generator reads.
                let event = format!(
                    r#"{{"type":"event","topic":"{topic}","seq":{head},"body":"{}"}}"#,
                    body.as_str()
                );
                for client in 0..self.clients.len() {
                    if self.clients[client].topics.contains(&topic) {
                        self.reply(client, &event);
                    }
                }
            }
            _ => self.send_all(text),
        }
    }

    fn reply(&mut self, client: usize, text: &str) {
        let mut frame = Vec::new();
        frame::server(&mut frame, wire::TEXT, text.as_bytes());
        // Fails for clients that have disconnected.
        let _ = self.clients[client].stream.write_all(&frame);
    }

    fn send_all(&mut self, text: &[u8]) {
        self.published += 1;
        let mut frame = Vec::new();
        frame::server(&mut frame, wire::TEXT, text);
        for index in 0..self.clients.len() {
            let bytes = if index == 1 { self.second(frame.clone()) } else { frame.clone() };
            // Fails for clients that have disconnected.
            let _ = self.clients[index].stream.write_all(&bytes);
        }
    }

    fn second(&mut self, mut frame: Vec<u8>) -> Vec<u8> {
        if let Some(held) = self.held.take() {
            return [frame, held].concat();
        }
        match self.fault {
            _ if self.published != FAULTY_FRAME => {}
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
    let broadcast = Broadcast { clients: Vec::new(), heads: HashMap::new(), published: 0, held: None, fault };
    let broadcast = Arc::new(Mutex::new(broadcast));
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
    let mut client = None;
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..read]);
        if client.is_none() {
            let Some(end) = handshake::head(&bytes) else { continue };
            let head = String::from_utf8(bytes.drain(..end).collect()).unwrap();
            stream.write_all(handshake::response(&head).unwrap().as_bytes()).unwrap();
            let clients = &mut broadcast.lock().unwrap().clients;
            clients.push(Client { stream: stream.try_clone().unwrap(), topics: Vec::new() });
            client = Some(clients.len() - 1);
        }
        while let Some(header) = frame::header(&bytes) {
            let mut payload = bytes[header.payload.clone()].to_vec();
            frame::mask(&mut payload, header.key.unwrap());
            broadcast.lock().unwrap().receive(client.unwrap(), &payload);
            bytes.drain(..header.payload.end);
        }
    }
}

/// Measures 200 messages.
fn run(fault: Fault, words: &str) -> Report {
    let address = serve(fault);
    let pid = std::process::id();
    // A correct server delivers everything, however busy the machine is; a faulty one never does.
    let drain = if fault == Fault::None { 30.0 } else { 0.5 };
    let window = format!("--outstanding 2 --warmup 0 --seconds 60 --messages 200 --drain {drain}");
    let line = format!("load {address} --pid {pid} {window} {words}");
    load::run(&LoadOptions::parse_from(line.split(' '))).unwrap()
}

fn report(fault: Fault) -> Report {
    run(fault, "--dialect raw --connections 4 --publishers 1")
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

#[test]
fn every_connection_receives_the_messages_of_its_topics() {
    // Half of the connections receive each message. The publishers' topics are not all topics.
    let report = run(Fault::None, "--connections 8 --publishers 2 --topics 4 --subscriptions 2");
    assert!(report.is_sound(), "{report}");
    assert!(report.messages == 200 && (190 * 4..=200 * 4).contains(&report.deliveries), "{report}");
}
