use super::*;
use crate::model::fixtures::{draft, user};

fn tried(draft: Draft) -> Draft {
    Draft { tried: true, ..draft }
}

fn ready() -> Outbox {
    Outbox { may_send: true, ..Outbox::default() }
}

#[test]
fn one_draft_is_under_way_at_a_time_in_order() {
    let (first, second) = (draft("1"), draft("2"));
    let mut outbox = ready();
    outbox.add(first.clone());
    outbox.add(second.clone());
    assert_eq!(outbox.send_next(user(7), |_| false), Some(tried(first.clone())));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.mark(first.id, Progress::Stored(7));
    assert_eq!(outbox.send_next(user(7), |_| false), Some(tried(second)));
}

#[test]
fn a_lost_connection_sends_the_same_draft_again() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add(only.clone());
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, only.id);
    outbox.connection_lost();
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, only.id);
}

#[test]
fn a_refused_draft_stays_and_lets_the_next_go() {
    let (first, second) = (draft("1"), draft("2"));
    let mut outbox = ready();
    outbox.add(first.clone());
    outbox.add(second.clone());
    outbox.send_next(user(7), |_| false);
    outbox.mark(first.id, Progress::Refused("too long".into()));
    assert_eq!(outbox.send_next(user(7), |_| false), Some(tried(second)));
    assert_eq!(outbox.entries().len(), 2);
    assert!(outbox.remove(first.id));
    assert!(!outbox.remove(first.id));
}

#[test]
fn adding_twice_keeps_one() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add(only.clone());
    outbox.add(only);
    assert_eq!(outbox.entries().len(), 1);
}

#[test]
fn nothing_is_sent_out_of_turn() {
    let mut outbox = Outbox::default();
    outbox.add(draft("1"));
    assert!(outbox.owes(user(7)));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.may_send(true);
    assert!(outbox.send_next(user(7), |_| false).is_some());
}

#[test]
fn a_draft_is_sent_once_it_is_kept_and_none_overtakes_it() {
    let (first, second) = (draft("1"), Draft { place: 1, ..draft("2") });
    let mut outbox = ready();
    outbox.write(first.clone());
    outbox.add(second);
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.kept(first.id, Kept::Here);
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, first.id);
}

#[test]
fn drafts_of_other_tabs_come_in_at_their_place() {
    let (first, second) = (Draft { place: 1, ..draft("1") }, Draft { place: 2, ..draft("2") });
    let mut outbox = ready();
    outbox.write(second.clone());
    assert!(outbox.follow(vec![first.clone()]));
    assert!(!outbox.follow(vec![first.clone()]));
    let ids: Vec<DraftId> = outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [first.id, second.id]);
}

#[test]
fn what_another_tab_took_out_is_gone_and_what_is_only_here_stays() {
    let (theirs, mine, sent) = (draft("theirs"), draft("mine"), draft("sent"));
    let mut outbox = ready();
    outbox.add(sent.clone());
    outbox.send_next(user(7), |_| false);
    outbox.add(theirs);
    outbox.write(mine.clone());
    outbox.kept(mine.id, Kept::Here);
    assert!(outbox.follow(vec![]));
    let ids: Vec<DraftId> = outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [sent.id, mine.id]);
}

#[test]
fn what_is_settled_does_not_come_back_with_a_late_look() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add(only.clone());
    outbox.remove(only.id);
    assert!(!outbox.follow(vec![only]));
    assert!(outbox.entries().is_empty());
}

#[test]
fn a_try_and_a_refusal_of_another_tab_are_taken_up() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add(only.clone());
    assert!(outbox.entries()[0].is_free());
    outbox.follow(vec![tried(only.clone())]);
    assert!(!outbox.entries()[0].is_free());
    let refused = Draft { refused: Some("too long".into()), ..tried(only) };
    outbox.follow(vec![refused]);
    assert_eq!(outbox.entries()[0].progress, Progress::Refused("too long".into()));
    assert!(outbox.entries()[0].is_free() && !outbox.owes(user(7)));
}

#[test]
fn a_draft_that_was_under_way_cannot_be_taken_back() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add(only.clone());
    outbox.send_next(user(7), |_| false);
    assert!(!outbox.entries()[0].is_free());
    outbox.connection_lost();
    assert!(!outbox.entries()[0].is_free());
    outbox.mark(only.id, Progress::Refused("too long".into()));
    assert!(outbox.entries()[0].is_free());
    outbox.mark(only.id, Progress::Waiting);
    assert_eq!(outbox.entries()[0].draft.refused, None);
}

#[test]
fn what_somebody_else_wrote_waits_until_it_is_adopted() {
    let theirs = Draft { author: user(3), ..draft("1") };
    let mut outbox = ready();
    outbox.add(theirs.clone());
    assert!(!outbox.owes(user(7)));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.adopt(theirs.id, user(7), Name::parse("Ann").unwrap());
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().author, user(7));
}

#[test]
fn what_this_page_alone_has_is_its_persons_whoever_the_server_takes_them_for() {
    let mine = Draft { author: user(3), ..draft("1") };
    let mut outbox = ready();
    outbox.write(mine.clone());
    outbox.kept(mine.id, Kept::Here);
    assert!(outbox.send_next(user(7), |_| false).is_some());
}

#[test]
fn places_rise_within_one_millisecond_and_under_a_clock_that_goes_back() {
    let mut outbox = Outbox::default();
    for now_ms in [5, 5, 3] {
        let place = outbox.next_place(now_ms);
        outbox.write(Draft { place, ..draft("x") });
    }
    let places: Vec<u64> = outbox.entries().iter().map(|entry| entry.draft.place).collect();
    assert_eq!(places, [5_000, 5_001, 5_002]);
}

#[test]
fn only_what_the_log_surely_lacks_is_offered_to_be_written_anew() {
    let offers = |draft: Draft| {
        let mut outbox = ready();
        outbox.add(draft);
        outbox.entries()[0].offers(user(7))
    };
    let theirs = Draft { author: user(3), ..draft("x") };
    assert_eq!(offers(draft("x")), [Offer::Edit, Offer::Discard]);
    assert_eq!(offers(tried(draft("x"))), [Offer::GiveUp]);
    assert_eq!(offers(theirs.clone()), [Offer::Adopt, Offer::Discard]);
    assert_eq!(offers(tried(theirs)), [Offer::Adopt, Offer::GiveUp]);
    let refused = Draft { refused: Some("no".into()), ..tried(draft("x")) };
    assert_eq!(offers(refused), [Offer::Retry, Offer::Edit, Offer::Discard]);
}

#[test]
fn a_draft_of_the_journal_is_taken_up_once_and_changes_nothing_that_is_here() {
    let mut outbox = Outbox::default();
    let (here, gone, lost) = (draft("1"), draft("2"), draft("3"));
    outbox.write(here.clone());
    outbox.add(gone.clone());
    outbox.remove(gone.id);
    assert!(outbox.recover(vec![here.clone(), gone, lost.clone()]));
    let kept: Vec<_> = outbox.entries().iter().map(|entry| (entry.draft.id, entry.kept)).collect();
    assert_eq!(kept, [(here.id, Kept::Soon), (lost.id, Kept::Stored)]);
    assert!(!outbox.recover(vec![here, lost]));
}
