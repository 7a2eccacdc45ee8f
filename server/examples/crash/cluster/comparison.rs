//! Reads every node out, and compares the nodes with each other byte by byte.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use app::protocol::TopicName;
use tokio::time::{sleep, timeout};

use super::{
    node::Node,
    probe::{self, Writer},
    promise::{GHOSTS_GONE_WITHIN, Judge},
};
use crate::{
    Violation,
    api::Api,
    client::Client,
    connection::RESPONSE_TIMEOUT,
    event_stream::{EventStream, Opened, Since},
    log_reader,
    random::Random,
    shared::Shared,
    verify::{self, Summary},
};

/// People who have left are gone from all nodes within this time.
const GHOST_TIMEOUT: Duration = Duration::from_secs(60);
/// Messages in a page of the API.
const PAGE_SIZE: u64 = 150;

/// Compares each node with the clients' records and with the first node. Returns the sums over all nodes.
pub(crate) async fn compare(
    nodes: &[Node],
    shared: &Shared,
    clients: &mut [Client],
) -> Result<Vec<Summary>, Violation> {
    let mut summaries = Vec::new();
    let mut first: Option<Vec<String>> = None;
    for node in nodes {
        let named = |why: Violation| format!("node {}: {why}", node.number);
        let summary = verify::verify_patiently(&node.program, shared, clients).await;
        summaries.push(summary.map_err(named)?);
        let mut texts = Vec::new();
        for topic in &shared.topics {
            texts.extend(read_out(node, topic).await.map_err(named)?);
        }
        match &first {
            None => first = Some(texts),
            Some(first) => compare_texts(first, &texts).map_err(named)?,
        }
    }
    Ok(summaries)
}

/// Kills a node while somebody is present on it, and waits until no node shows anybody in any topic: all clients have left. Returns
/// how long that took.
pub(crate) async fn wait_for_ghosts_to_go(
    nodes: &mut [Node],
    shared: &Shared,
    judge: &mut Judge,
) -> Result<Duration, Violation> {
    let topic: TopicName = format!("ghosts-{}", Random::fresh_word()).parse().expect("a topic");
    let killed = nodes.len() - 1;
    // A topic without an event has no list of people.
    Writer::begin(&nodes[0], Random::new(0), &topic).await?;
    let _present = probe::subscribe(&nodes[killed], &topic).await?;
    for node in nodes.iter() {
        wait_for_people(node, &topic, 1).await?;
    }
    let started = Instant::now();
    nodes[killed].kill()?;
    nodes[killed].restart();
    nodes[killed].recover().await?;
    for node in nodes.iter() {
        for topic in shared.topics.iter().chain([&topic]) {
            wait_for_people(node, topic, 0).await?;
        }
    }
    let now = Instant::now();
    judge.judge("people of a node that was killed are gone", GHOSTS_GONE_WITHIN, (started, now))?;
    Ok(now - started)
}

/// Waits until a node shows this number of people in a topic.
async fn wait_for_people(node: &Node, topic: &TopicName, count: usize) -> Result<(), Violation> {
    let started = Instant::now();
    let expected = format!("\"here\":{count}");
    loop {
        let members = get(node.program.address, &format!("/api/v1/topics/{topic}/members")).await?;
        if members.contains(&format!("{expected},")) || members.contains(&format!("{expected}}}")) {
            return Ok(());
        }
        if started.elapsed() > GHOST_TIMEOUT {
            return Err(format!("node {}: {count} are in {topic}, and it shows {members}", node.number));
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Returns what a node says of a topic, as bytes: the log, the pages of the API in both directions, and the messages of the
/// rendered page.
async fn read_out(node: &Node, topic: &TopicName) -> Result<Vec<String>, Violation> {
    let address = node.program.address;
    let head = log_reader::heads(&node.program, std::slice::from_ref(topic)).await?[0];
    let mut texts = vec![read_stream(node, topic, head).await?];
    for page in 0..=head / PAGE_SIZE {
        let (after, before) = (page * PAGE_SIZE, head + 1 - page * PAGE_SIZE);
        for range in [format!("after={after}"), format!("before={before}")] {
            let path = format!("/api/v1/topics/{topic}/messages?limit={PAGE_SIZE}&{range}");
            texts.push(get(address, &path).await?);
        }
    }
    let newest = get(address, &format!("/api/v1/topics/{topic}/messages?limit=30")).await?;
    let page = words(&get(address, &format!("/t/{topic}")).await?);
    if !page.iter().all(|word| newest.contains(word)) || page.is_empty() {
        return Err(format!("the page of {topic} shows {page:?}, and the API has {newest}"));
    }
    texts.push(format!("{page:?}"));
    Ok(texts)
}

/// The first words of the texts on a page.
fn words(page: &str) -> BTreeSet<String> {
    let texts = page.match_indices(": the quick brown fox");
    texts.filter_map(|(end, _)| page.get(end.checked_sub(16)?..end).map(str::to_owned)).collect()
}

/// Returns all blocks of a topic's event stream.
async fn read_stream(node: &Node, topic: &TopicName, head: u64) -> Result<String, Violation> {
    let api = Api::with_cookie(node.program.address, "");
    let mut random = Random::new(0);
    let opened = EventStream::open(&api, topic, &Since::Start, &mut random, RESPONSE_TIMEOUT).await?;
    let Opened::Stream(mut stream) = opened else { return Err("no event stream".to_owned()) };
    let mut text = String::new();
    loop {
        let block =
            timeout(RESPONSE_TIMEOUT, stream.next()).await.map_err(|_| "an event stream is stuck")??;
        let block = block.ok_or("an event stream has ended")?;
        text.push_str(&format!("{} {} {}\n", block.id, block.event, block.data));
        if block.position()?.seq >= head {
            return Ok(text);
        }
    }
}

async fn get(address: std::net::SocketAddr, path: &str) -> Result<String, Violation> {
    let read = async {
        let response = reqwest::get(format!("http://{address}{path}")).await?;
        response.error_for_status()?.text().await
    };
    read.await.map_err(|error| format!("{path}: {error}"))
}

fn compare_texts(first: &[String], other: &[String]) -> Result<(), Violation> {
    if let Some((expected, text)) = first.iter().zip(other).find(|(expected, text)| expected != text) {
        let at = expected.bytes().zip(text.bytes()).take_while(|(a, b)| a == b).count();
        let around = |text: &str| {
            text.get(at.saturating_sub(200)..(at + 200).min(text.len())).unwrap_or_default().to_owned()
        };
        return Err(format!(
            "another answer than that of node 0, from byte {at} on: {:?}, {:?}",
            around(expected),
            around(text)
        ));
    }
    Ok(())
}
