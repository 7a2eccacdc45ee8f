//! What people follow, how far they have read, and who is mentioned.

mod following;
mod mentions;
mod reading;

use crate::support::{Browser, Member, TestServer, start};
use app::protocol::{DraftId, ErrorCode, EventKind, Follow, Membership};
use serde_json::json;

/// Heads are told soon.
const SOON_TOLD: &str = "--heads-ms 20";

/// Somebody without a session says something, where nobody need follow.
async fn bob(server: &TestServer) -> Member {
    server.connects("Bob").await
}

async fn publishes_in(member: &mut Member, topic: &str, body: &str) -> u64 {
    member.publishes_draft(topic, DraftId::fresh(), body).await.0
}

/// A place as how far it goes, how far they have read, what is unread and how often they are mentioned.
fn numbers(place: &Membership) -> (u64, u64, u64, u64) {
    (place.head, place.read, place.unread(), place.mentions)
}

async fn followed(browser: &Browser) -> Vec<Membership> {
    let answer = browser.calls("GET", "/api/v1/memberships", &[], "").await.json();
    serde_json::from_value(answer["topics"].clone()).unwrap()
}

fn names(places: &[Membership]) -> Vec<&str> {
    places.iter().map(|place| place.topic.as_str()).collect()
}
