//! Everybody comes back at once, as after a restart.

use app::protocol::{Epoch, SubscriptionMode};
use futures::future::join_all;

use crate::support::{Member, TestServer, seqs_of, start};

/// How many come back.
const CROWD: usize = 300;
/// How many events there are by then: more than memory holds.
const HEAD: u64 = 400;
/// Pages of the log that the server may read for all of them when memory holds what they missed.
const HANDFUL: u64 = 3;
/// Pages that it may read when memory does not: each of those that the way to the newest has, and once more a second.
const SHARED: u64 = 12;

/// A server that has just begun, with a long log.
async fn begins_anew() -> (TestServer, Epoch) {
    let server = start("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many((1..=HEAD).map(|n| format!("message {n}"))).await;
    ann.leaves().await;
    (server.stops().await.restarts().await, seen.epoch)
}

/// Everything after a position up to another, each once and in order.
async fn hears_all(mut member: Member, epoch: &Epoch, after: u64, last: u64) {
    let answer = member.resumes("lobby", epoch, after).await;
    assert_eq!(answer.mode, SubscriptionMode::Resume);
    let mut seqs = seqs_of(&answer.events);
    while seqs.last() != Some(&last) {
        seqs.push(member.receives_event().await.seq);
    }
    assert!(seqs.iter().copied().eq(after + 1..=last), "{seqs:?}");
}

/// How many pages are read while all come back at this position, and somebody talks meanwhile.
async fn pages_read(position: u64) -> u64 {
    let (server, epoch) = begins_anew().await;
    let mut ann = server.connects("Ann").await;
    let crowd = join_all((0..CROWD).map(|_| server.connects("Somebody"))).await;
    let before = server.page_reads();
    ann.subscribes("lobby").await;
    let coming = join_all(crowd.into_iter().map(|member| hears_all(member, &epoch, position, HEAD + 60)));
    let talking = ann.publishes_many((1..=60).map(|n| format!("meanwhile {n}")));
    tokio::join!(coming, talking);
    server.page_reads() - before
}

#[tokio::test]
async fn a_crowd_that_has_missed_nothing_is_read_for_once() {
    let reads = pages_read(HEAD).await;
    assert!(reads <= HANDFUL, "{reads} reads");
}

#[tokio::test]
async fn a_crowd_that_has_missed_a_little_is_read_for_once() {
    let reads = pages_read(HEAD - 150).await;
    assert!(reads <= HANDFUL, "{reads} reads");
}

#[tokio::test]
async fn a_crowd_that_has_missed_much_shares_its_reads() {
    let reads = pages_read(0).await;
    assert!(reads <= SHARED, "{reads} reads");
}
