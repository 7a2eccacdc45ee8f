//! Pages of a topic's history and the ranges they cover.

use app::protocol::{HistoryRange, SubscriptionMode};

use crate::support::{Change, Member, bodies_of, seqs_of, start};

/// The `seq`s of the messages in the lobby below. Between them are two reactions, at the end an edit.
const MESSAGES: [u64; 8] = [1, 2, 3, 4, 5, 8, 9, 10];
/// The newest event of the lobby below.
const HEAD: u64 = 11;
/// A `seq` beyond every head.
const FAR: u64 = 1 << 53;

/// Messages 1 to 5, reactions 6 and 7, messages 8 to 10, and 11 edits 10.
async fn fills_the_lobby(ann: &mut Member) {
    ann.publishes_many((1..=5).map(|n| n.to_string())).await;
    ann.changes_many(&[Change::React(1, "👍"), Change::React(5, "👍")]).await;
    ann.publishes_many((8..=10).map(|n| n.to_string())).await;
    ann.changes_many(&[Change::Edit(10, 10, "ten")]).await;
}

/// Requests a page, and expects these messages and this range.
async fn expects_page(
    ann: &mut Member,
    (span, limit): (HistoryRange, u32),
    messages: &[u64],
    from: u64,
    to: u64,
) {
    let past = ann.reads_history("lobby", span, limit).await;
    assert_eq!(seqs_of(&past.events), messages, "{span:?} {limit}");
    assert_eq!((past.from, past.to, past.head), (from, to, HEAD), "{span:?} {limit}");
    let known = MESSAGES.into_iter().filter(|seq| (from..=to).contains(seq));
    assert!(known.eq(messages.iter().copied()), "{span:?} {limit}: the claim is no more than the truth");
}

#[tokio::test]
async fn a_page_before_a_seq_holds_the_newest_messages_and_names_its_start() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    fills_the_lobby(&mut ann).await;
    expects_page(&mut ann, (HistoryRange::Before(8), 3), &[3, 4, 5], 3, 7).await;
    expects_page(&mut ann, (HistoryRange::Before(8), 5), &[1, 2, 3, 4, 5], 1, 7).await;
    expects_page(&mut ann, (HistoryRange::Before(8), 6), &[1, 2, 3, 4, 5], 1, 7).await;
    expects_page(&mut ann, (HistoryRange::Before(6), 1), &[5], 5, 5).await;
    for beyond in [HEAD + 1, HEAD + 2, FAR, u64::MAX] {
        expects_page(&mut ann, (HistoryRange::Before(beyond), 2), &[9, 10], 9, HEAD).await;
    }
    for nothing in [0, 1] {
        expects_page(&mut ann, (HistoryRange::Before(nothing), 5), &[], 1, 0).await;
    }
}

#[tokio::test]
async fn a_page_after_a_seq_holds_the_oldest_messages_and_names_its_end() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    fills_the_lobby(&mut ann).await;
    expects_page(&mut ann, (HistoryRange::After(0), 3), &[1, 2, 3], 1, 3).await;
    expects_page(&mut ann, (HistoryRange::After(4), 1), &[5], 5, 5).await;
    expects_page(&mut ann, (HistoryRange::After(5), 2), &[8, 9], 6, 9).await;
    expects_page(&mut ann, (HistoryRange::After(5), 3), &[8, 9, 10], 6, HEAD).await;
    expects_page(&mut ann, (HistoryRange::After(10), 3), &[], 11, HEAD).await;
    for beyond in [HEAD, HEAD + 1, FAR, u64::MAX] {
        expects_page(&mut ann, (HistoryRange::After(beyond), 3), &[], HEAD + 1, HEAD).await;
    }
}

#[tokio::test]
async fn a_page_around_a_seq_has_half_of_its_messages_before_it() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    fills_the_lobby(&mut ann).await;
    expects_page(&mut ann, (HistoryRange::Around(8), 4), &[4, 5, 8, 9], 4, 9).await;
    expects_page(&mut ann, (HistoryRange::Around(7), 4), &[4, 5, 8, 9], 4, 9).await;
    expects_page(&mut ann, (HistoryRange::Around(8), 1), &[8], 8, 8).await;
    for start in [0, 1] {
        expects_page(&mut ann, (HistoryRange::Around(start), 4), &[1, 2], 1, 2).await;
    }
    for beyond in [HEAD + 1, FAR, u64::MAX] {
        expects_page(&mut ann, (HistoryRange::Around(beyond), 4), &[9, 10], 9, HEAD).await;
    }
}

#[tokio::test]
async fn a_limit_is_at_least_one_and_at_most_200() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    fills_the_lobby(&mut ann).await;
    expects_page(&mut ann, (HistoryRange::Before(FAR), 0), &[10], 10, HEAD).await;
    expects_page(&mut ann, (HistoryRange::After(0), 0), &[1], 1, 1).await;
    expects_page(&mut ann, (HistoryRange::Around(5), 0), &[5], 5, 5).await;
    for span in [HistoryRange::Before(FAR), HistoryRange::After(0)] {
        expects_page(&mut ann, (span, u32::MAX), &MESSAGES, 1, HEAD).await;
    }
    ann.publishes_many((12..=260).map(|n| n.to_string())).await;
    let past = ann.reads_history("lobby", HistoryRange::After(8), u32::MAX).await;
    assert_eq!((past.events.len(), past.from, past.to), (200, 9, past.events[199].seq));
}

#[tokio::test]
async fn an_empty_topic_has_an_empty_history() {
    let server = start("").await;
    let mut ann = server.connects("Ann").await;
    let epoch = ann.subscribes("nowhere").await.epoch;
    for place in [0, 1, FAR, u64::MAX] {
        for span in [HistoryRange::Before(place), HistoryRange::After(place), HistoryRange::Around(place)] {
            let past = ann.reads_history("nowhere", span, 30).await;
            assert_eq!((past.head, past.from, past.to, past.events.len()), (0, 1, 0, 0), "{span:?}");
            assert_eq!(past.epoch, epoch);
        }
    }
}

#[tokio::test]
async fn history_shows_the_current_state_of_messages() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    fills_the_lobby(&mut ann).await;
    let past = ann.reads_history("lobby", HistoryRange::After(5), 30).await;
    assert_eq!(bodies_of(&past.events), ["8", "9", "ten"]);
    ann.changes_many(&[Change::Delete(10, 11)]).await;
    let past = ann.reads_history("lobby", HistoryRange::After(5), 30).await;
    assert_eq!((bodies_of(&past.events), past.head), (vec!["8", "9", ""], 12));
    let tail = server.joins_with_subscription("Bob", "lobby").await.1;
    assert_eq!(
        (tail.mode, &tail.events[5..]),
        (SubscriptionMode::Tail, &past.events[..]),
        "both subscriptions get the same events"
    );
}

#[tokio::test]
async fn a_page_holds_at_most_512_kib_of_text_next_to_the_requested_seq() {
    let server = start("").await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes_many((0..40).map(|_| "x".repeat(16_384))).await;
    for (span, from, to) in [
        (HistoryRange::Before(41), 9, 40),
        (HistoryRange::Before(40), 8, 39),
        (HistoryRange::After(0), 1, 32),
        (HistoryRange::Around(20), 4, 35),
        (HistoryRange::Around(40), 24, 40),
        (HistoryRange::Around(1), 1, 16),
    ] {
        let past = ann.reads_history("lobby", span, 200).await;
        assert_eq!((past.from, past.to), (from, to), "{span:?}");
        assert_eq!(seqs_of(&past.events), (from..=to).collect::<Vec<_>>(), "{span:?}");
    }
}
