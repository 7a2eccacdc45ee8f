//! Load for a running server, over real sockets: `make bench` starts one and runs this.
//!
//! Opens SUBSCRIBERS connections to one topic, publishes MESSAGES from PUBLISHERS of them at once, checks that every
//! subscriber got every event in order, and prints what it cost the server: memory a connection, CPU a delivery.
//! Times depend on the machine; CPU and memory are the server's own.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool for developers, which stops at the first fault"
)]

mod client;
mod process;

use std::time::{Duration, Instant};

use client::Client;
use process::Process;

struct Load {
    address: String,
    subscribers: usize,
    publishers: usize,
    messages: u64,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().unwrap_or_else(|| usage(what));
    let number = |text: String| text.parse().unwrap_or_else(|_| usage(&text));
    let load = Load {
        address: next("ADDRESS"),
        subscribers: number(next("SUBSCRIBERS")) as usize,
        publishers: number(next("PUBLISHERS")) as usize,
        messages: number(next("MESSAGES")),
    };
    let server = Process::new(number(next("PID")));
    run(load, &server).await;
}

fn usage(at: &str) -> ! {
    println!("load ADDRESS SUBSCRIBERS PUBLISHERS MESSAGES PID: look at {at:?}");
    std::process::exit(2)
}

async fn run(load: Load, server: &Process) {
    let Load { address, subscribers, publishers, messages } = load;
    let empty = server.memory_kib();
    let mut clients = Vec::with_capacity(subscribers);
    for _ in 0..subscribers {
        clients.push(Client::join(&address).await);
    }
    let full = server.memory_kib();
    println!("server, idle:                {empty} KiB");
    println!(
        "a subscribed connection:     {:.1} KiB",
        full.saturating_sub(empty) as f64 / subscribers as f64
    );

    let (cpu, begun) = (server.cpu(), Instant::now());
    let each = messages / publishers as u64;
    let total = each * publishers as u64;
    let talks = clients.into_iter().enumerate().map(|(n, client)| {
        let own = if n < publishers { each } else { 0 };
        tokio::spawn(client.talk(own, total))
    });
    let mut latencies: Vec<Duration> = Vec::new();
    for talk in talks.collect::<Vec<_>>() {
        latencies.extend(talk.await.expect("a client got every event, once and in order"));
    }
    let (took, cpu) = (begun.elapsed(), server.cpu() - cpu);
    let deliveries = total * subscribers as u64;
    latencies.sort();
    println!("messages, stored durably:    {total} in {took:.2?}: {:.0} a second", per_second(total, took));
    println!("deliveries, checked:         {deliveries}: {:.0} a second", per_second(deliveries, took));
    println!("server CPU:                  {:.2} us a delivery", cpu.as_secs_f64() * 1e6 / deliveries as f64);
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    println!("publish to ack:              {:.1?} median, {:.1?} at 99 %", at(0.5), at(0.99));
    println!("server after it:             {} KiB", server.memory_kib());
}

fn per_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
