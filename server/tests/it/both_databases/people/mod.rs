//! Memberships, read marks and mentions.

mod following;
mod mentions;
mod reading;

use crate::support::{Browser, Member, TestServer, start};
use app::protocol::{DraftId, ErrorCode, EventKind, Follow, Membership, ServerFrame};
use serde_json::json;

/// A short interval of `heads`.
const SHORT_HEADS_INTERVAL: &str = "--heads-ms 20";

/// A member without a browser session who publishes.
async fn bob(server: &TestServer) -> Member {
    server.connects("Bob").await
}

async fn publishes_in(member: &mut Member, topic: &str, body: &str) -> u64 {
    member.publishes_draft(topic, DraftId::fresh(), body).await.0
}

/// A membership's head, read mark, unread count and mention count.
fn numbers(membership: &Membership) -> (u64, u64, u64, u64) {
    (membership.head, membership.read, membership.unread(), membership.mentions)
}

async fn followed(browser: &Browser) -> Vec<Membership> {
    let answer = browser.calls("GET", "/api/v1/memberships", &[], "").await.json();
    serde_json::from_value(answer["topics"].clone()).unwrap()
}

fn names(memberships: &[Membership]) -> Vec<&str> {
    memberships.iter().map(|membership| membership.topic.as_str()).collect()
}
