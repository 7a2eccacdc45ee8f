//! Searches.

use super::*;
use crate::protocol::SearchHit;

fn hit(seq: u64) -> SearchHit {
    SearchHit { event: message(seq), snippet: Vec::new() }
}

/// Returns the number and the cursor of the search request that is due.
fn sent_search(page: &mut Conversation) -> Option<(u64, Option<String>)> {
    page.due_frames().into_iter().find_map(|frame| match frame {
        ClientFrame::Search { reference, after, .. } => Some((reference, after)),
        _ => None,
    })
}

fn answer(page: &mut Conversation, reference: u64, seqs: &[u64], more: Option<&str>) {
    let hits = seqs.iter().copied().map(hit).collect();
    page.receive(ServerFrame::Found { reference, hits, more: more.map(str::to_owned), complete: true });
}

fn found(page: &Conversation) -> Vec<u64> {
    page.search_results().hits.iter().map(|hit| hit.event.seq).collect()
}

#[test]
fn hits_arrive_page_by_page() {
    let mut page = live();
    page.search("tea".into(), None, Vec::new());
    let (reference, after) = sent_search(&mut page).unwrap();
    assert_eq!((after, &page.search_results().state), (None, &SearchState::Pending));
    answer(&mut page, reference, &[9, 8], Some("8"));
    page.search_more();
    let (reference, after) = sent_search(&mut page).unwrap();
    assert_eq!((after.as_deref(), found(&page)), (Some("8"), vec![9, 8]));
    answer(&mut page, reference, &[5], None);
    page.search_more();
    assert_eq!(sent_search(&mut page), None);
    assert_eq!((found(&page), &page.search_results().state), (vec![9, 8, 5], &SearchState::Done(None)));
}

#[test]
fn an_incomplete_search_says_so_until_the_next_one() {
    let mut page = live();
    page.search("tea".into(), None, Vec::new());
    let (reference, _) = sent_search(&mut page).unwrap();
    page.receive(ServerFrame::Found { reference, hits: Vec::new(), more: None, complete: false });
    assert!(page.search_results().incomplete);
    page.search("tea".into(), None, Vec::new());
    assert!(!page.search_results().incomplete);
    let (reference, _) = sent_search(&mut page).unwrap();
    answer(&mut page, reference, &[9], None);
    assert!(!page.search_results().incomplete);
}

#[test]
fn the_reply_to_an_older_search_is_ignored() {
    let mut page = live();
    page.search("tea".into(), None, Vec::new());
    let (older, _) = sent_search(&mut page).unwrap();
    page.search("coffee".into(), Some("lobby".parse().unwrap()), Vec::new());
    let (newer, _) = sent_search(&mut page).unwrap();
    answer(&mut page, older, &[9], None);
    assert_eq!((found(&page), &page.search_results().state), (vec![], &SearchState::Pending));
    answer(&mut page, newer, &[3], None);
    answer(&mut page, newer, &[3], None);
    assert_eq!(found(&page), [3]);
}

#[test]
fn a_failed_search_is_reported() {
    let mut page = live();
    page.search("\"".into(), None, Vec::new());
    let (reference, _) = sent_search(&mut page).unwrap();
    page.receive(refusal(reference, ErrorCode::Blank));
    assert_eq!(page.search_results().state, SearchState::Refused(ErrorCode::Blank));
    page.search("tea".into(), None, Vec::new());
    sent_search(&mut page).unwrap();
    page.disconnected(ConnectionStatus::Lost);
    assert_eq!(page.search_results().state, SearchState::Refused(ErrorCode::Unavailable));
    page.search("tea".into(), None, Vec::new());
    assert_eq!(
        (sent_search(&mut page), &page.search_results().state),
        (None, &SearchState::Refused(ErrorCode::Unavailable))
    );
}

#[test]
fn each_page_is_requested_with_the_readers_offsets() {
    let mut page = live();
    page.search("tea after:2026-11-01".into(), None, vec![60]);
    let offsets = |page: &mut Conversation| {
        page.due_frames().into_iter().find_map(|frame| match frame {
            ClientFrame::Search { reference, offsets, .. } => Some((reference, offsets)),
            _ => None,
        })
    };
    let (reference, sent) = offsets(&mut page).unwrap();
    answer(&mut page, reference, &[9], Some("9"));
    page.search_more();
    assert_eq!([sent, offsets(&mut page).unwrap().1], [[60], [60]]);
}
