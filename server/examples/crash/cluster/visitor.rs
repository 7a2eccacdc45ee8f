//! A stranger who reads pages of all nodes, and must not see a text after its replacement or deletion was acknowledged.

use std::sync::Arc;

use tokio::time::{sleep, timeout};

use crate::{
    Violation,
    random::Random,
    shared::{Phase, Shared},
};

/// Reads pages until the load ends, and returns their number.
pub(crate) async fn visit(shared: Arc<Shared>, mut random: Random) -> Result<usize, Violation> {
    let client = reqwest::Client::new();
    let mut pages = 0;
    while shared.phase() == Phase::Load {
        let topic = random.below(shared.open_topics() as u64) as usize;
        let node = shared.choose_node(&mut random);
        let gone = shared.observer.gone_texts(topic);
        let path = match random.below(3) {
            0 => format!("/t/{}", shared.topics[topic]),
            1 => format!("/t/{}/feed.atom", shared.topics[topic]),
            _ => format!("/api/v1/topics/{}/messages?limit=100", shared.topics[topic]),
        };
        let read = async {
            let response =
                client.get(format!("http://{}{path}", shared.addresses[node])).send().await.ok()?;
            response.error_for_status().ok()?.text().await.ok()
        };
        if let Some(page) = timeout(shared.response_timeout(), read).await.ok().flatten() {
            pages += 1;
            if let Some(word) = gone.iter().find(|word| page.contains(*word)) {
                return Err(format!("node {node} shows {word} at {path}, which was replaced or deleted"));
            }
        }
        sleep(random.millis(5..=60)).await;
    }
    Ok(pages)
}
