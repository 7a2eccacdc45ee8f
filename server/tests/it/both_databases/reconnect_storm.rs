//! Many clients reconnect at once, as after a restart.
//!
//! The server has a thread of its own, as in the program: a commit on PostgreSQL takes several answers, and on the clients' thread each
//! of them would wait until three hundred clients have parsed what they have received.

use app::protocol::{Epoch, SubscriptionMode};
use futures::future::join_all;

use crate::support::{Member, TestServer, seqs_of, start_one};

/// Clients that reconnect.
const CLIENTS: usize = 300;
/// Events in the log: more than the ring buffer holds.
const HEAD: u64 = 400;
/// Log pages that the server may read for all clients if the missed events are in memory.
const MAX_READS_IN_MEMORY: u64 = 3;
/// Log pages that it may read otherwise: each page from the position to the head, and a repetition per second.
const MAX_READS_SHARED: u64 = 12;

/// A server that was just restarted on a long log.
async fn restarted_with_a_long_log() -> (TestServer, Epoch) {
    let server = start_one("").await;
    let (mut ann, seen) = server.joins_with_subscription("Ann", "lobby").await;
    ann.publishes_many((1..=HEAD).map(|n| format!("message {n}"))).await;
    ann.leaves().await;
    (server.stops().await.restarts().await, seen.epoch)
}

/// Resumes and expects every event up to `last`, once and in order.
async fn receives_all(mut member: Member, epoch: &Epoch, after: u64, last: u64) {
    let answer = member.resumes("lobby", epoch, after).await;
    assert_eq!(answer.mode, SubscriptionMode::Resume);
    let mut seqs = seqs_of(&answer.events);
    while seqs.last() != Some(&last) {
        seqs.push(member.receives_event().await.seq);
    }
    assert!(seqs.iter().copied().eq(after + 1..=last), "{seqs:?}");
}

/// Returns the number of log pages that one server reads while all clients resume from this position and a member publishes.
async fn pages_read(position: u64) -> u64 {
    let (server, epoch) = restarted_with_a_long_log().await;
    let mut ann = server.connects("Ann").await;
    let clients = join_all((0..CLIENTS).map(|_| server.connects("Somebody"))).await;
    let before = server.page_reads();
    ann.subscribes("lobby").await;
    let coming =
        join_all(clients.into_iter().map(|client| receives_all(client, &epoch, position, HEAD + 60)));
    let talking = ann.publishes_many((1..=60).map(|n| format!("meanwhile {n}")));
    tokio::join!(coming, talking);
    server.page_reads() - before
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn many_resumes_at_the_head_share_one_read() {
    let reads = pages_read(HEAD).await;
    assert!(reads <= MAX_READS_IN_MEMORY, "{reads} reads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn many_resumes_near_the_head_share_one_read() {
    let reads = pages_read(HEAD - 150).await;
    assert!(reads <= MAX_READS_IN_MEMORY, "{reads} reads");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn many_resumes_from_the_start_share_their_reads() {
    let reads = pages_read(0).await;
    assert!(reads <= MAX_READS_SHARED, "{reads} reads");
}
