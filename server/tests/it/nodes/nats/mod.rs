//! Hints over NATS, and events that come with them. Skipped where nats-server is not installed.

mod broker;
mod copies;
mod events;
mod payloads;

use std::collections::HashSet;

use async_nats::{Client, Subscriber};
use futures::StreamExt;
use serde_json::Value;
use testing::{Nats, Proxy};

use super::*;

/// Two servers on one database, with a broker of their own.
struct Setup {
    nats: Nats,
    nodes: Nodes,
    observer: Observer,
}

/// Another program that uses the broker.
struct Observer {
    client: Client,
    messages: Subscriber,
}

/// Starts two nodes whose hints come from a broker, and waits until it carries them.
async fn start_with_nats(settings_of_a: &str, settings_of_b: &str) -> Option<Setup> {
    let nats = Nats::start()?;
    let mut observer = Observer::connects(&nats).await;
    let hints = format!("--hints {}", nats.url());
    let nodes = start_nodes(&format!("{hints} {settings_of_a}"), &format!("{hints} {settings_of_b}")).await?;
    observer.sees_nodes_connect(2).await;
    Some(Setup { nats, nodes, observer })
}

/// Starts two nodes on a broker. Ann joins at the first, Bob at the second, and they exchange a few messages.
async fn start_on(nats: &Nats, observer: &mut Observer) -> Option<(Nodes, Member, Member)> {
    let settings = format!("{ONLY_HINTS} --hints {}", nats.url());
    let nodes = start_nodes(&settings, &settings).await?;
    observer.sees_nodes_connect(2).await;
    let mut ann = nodes.a.joins("Ann", "lobby").await;
    let mut bob = nodes.b.joins("Bob", "lobby").await;
    warms_up(&mut ann, &mut bob).await;
    Some((nodes, ann, bob))
}

/// The same as [`start_with_nats`], with a proxy between the second node and the broker.
async fn start_with_proxy(settings_of_a: &str, settings_of_b: &str) -> Option<(Setup, Proxy)> {
    let nats = Nats::start()?;
    let network = Proxy::start_to_nats(nats.address());
    network.mark_connections("SUB chorus");
    let mut observer = Observer::connects(&nats).await;
    let settings_of_a = format!("--hints {} {settings_of_a}", nats.url());
    let settings_of_b = format!("--hints nats://{} {settings_of_b}", network.address());
    let nodes = start_nodes(&settings_of_a, &settings_of_b).await?;
    observer.sees_nodes_connect(2).await;
    Some((Setup { nats, nodes, observer }, network))
}

impl Observer {
    async fn connects(nats: &Nats) -> Self {
        let client = async_nats::connect(nats.url()).await.unwrap();
        let messages = client.subscribe("chorus.>").await.unwrap();
        // The broker handles requests in order, so its answer shows that the subscription is in effect.
        assert!(client.request("nobody", "".into()).await.is_err());
        Self { client, messages }
    }

    /// The next payload that a node has sent, with its subject.
    async fn receives(&mut self) -> (String, Value) {
        loop {
            let message = soon("a payload", self.messages.next()).await.unwrap();
            if let Ok(payload) = serde_json::from_slice(&message.payload) {
                return (message.subject.to_string(), payload);
            }
        }
    }

    /// Waits until this many nodes have said that hints of theirs may be missing, as they do when a broker has confirmed their
    /// subscription. Returns their subjects.
    async fn sees_nodes_connect(&mut self, count: usize) -> HashSet<String> {
        let mut subjects = HashSet::new();
        let received = async {
            while subjects.len() < count {
                let (subject, payload) = self.receives().await;
                if payload["has_lost"] == true {
                    subjects.insert(subject);
                }
            }
        };
        // Heartbeats go on, so no single message is late.
        timeout(RECOVERY_TIMEOUT, received).await.unwrap_or_else(|_| panic!("no {count} nodes connect"));
        subjects
    }

    /// The next payload with events.
    async fn receives_events(&mut self) -> (String, Value) {
        let received = async {
            loop {
                let (subject, payload) = self.receives().await;
                if payload["events"][0].is_object() {
                    return (subject, payload);
                }
            }
        };
        soon("events", received).await
    }

    async fn sends(&self, subject: &str, payload: impl Into<Vec<u8>>) {
        self.client.publish(subject.to_owned(), payload.into().into()).await.unwrap();
        self.client.flush().await.unwrap();
    }
}

/// Exchanges in which some may have reads of the database: the nodes look for what they have missed a while after they connect, and
/// an event that waits too long under load is read.
const MAX_EXCHANGES: usize = 20;

/// Exchanges messages until the servers have read no event from the database for one of them.
async fn one_of_several_is_not_read<const N: usize>(
    servers: [&TestServer; N],
    from: &mut Member,
    to: &mut Member,
) {
    for n in 0..MAX_EXCHANGES {
        let reads = servers.map(TestServer::page_reads);
        from.publishes(&n.to_string()).await;
        to.receives(&n.to_string()).await;
        if servers.map(TestServer::page_reads) == reads {
            return;
        }
    }
    panic!("each of {MAX_EXCHANGES} messages was read from the database");
}

/// Exchanges a few messages, so that the receiver knows which event it has published last.
async fn warms_up(from: &mut Member, to: &mut Member) {
    for body in ["one", "two", "three"] {
        from.publishes(body).await;
        to.receives(body).await;
    }
}
