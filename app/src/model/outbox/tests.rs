use super::*;
use crate::model::fixtures::{draft, message, user};

fn sent(draft: Draft) -> Draft {
    Draft { was_sent: true, ..draft }
}

fn ready() -> Outbox {
    Outbox { may_send: true, ..Outbox::default() }
}

#[test]
fn one_draft_is_in_flight_at_a_time_in_order() {
    let (first, second) = (draft("1"), draft("2"));
    let mut outbox = ready();
    outbox.add_stored(first.clone());
    outbox.add_stored(second.clone());
    assert_eq!(outbox.send_next(user(7), |_| false), Some(sent(first.clone())));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.mark(first.id, SendState::Acknowledged(7));
    assert_eq!(outbox.send_next(user(7), |_| false), Some(sent(second)));
}

#[test]
fn a_lost_connection_sends_the_same_draft_again() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add_stored(only.clone());
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, only.id);
    outbox.disconnected();
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, only.id);
}

#[test]
fn a_refused_draft_stays_and_the_next_is_sent() {
    let (first, second) = (draft("1"), draft("2"));
    let mut outbox = ready();
    outbox.add_stored(first.clone());
    outbox.add_stored(second.clone());
    outbox.send_next(user(7), |_| false);
    outbox.mark(first.id, SendState::Refused("too long".into()));
    assert_eq!(outbox.send_next(user(7), |_| false), Some(sent(second)));
    assert_eq!(outbox.entries().len(), 2);
    assert!(outbox.remove(first.id));
    assert!(!outbox.remove(first.id));
}

#[test]
fn adding_twice_keeps_one() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add_stored(only.clone());
    outbox.add_stored(only);
    assert_eq!(outbox.entries().len(), 1);
}

#[test]
fn nothing_is_sent_without_the_send_lock() {
    let mut outbox = Outbox::default();
    outbox.add_stored(draft("1"));
    assert!(outbox.has_pending(user(7)));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.set_may_send(true);
    assert!(outbox.send_next(user(7), |_| false).is_some());
}

#[test]
fn a_draft_is_sent_once_it_is_stored_and_none_overtakes_it() {
    let (first, second) = (draft("1"), Draft { order: 1, ..draft("2") });
    let mut outbox = ready();
    outbox.push(first.clone());
    outbox.add_stored(second);
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.set_persistence(first.id, Persistence::MemoryOnly);
    assert_eq!(outbox.send_next(user(7), |_| false).unwrap().id, first.id);
}

#[test]
fn drafts_of_other_tabs_are_inserted_in_order() {
    let (first, second) = (Draft { order: 1, ..draft("1") }, Draft { order: 2, ..draft("2") });
    let mut outbox = ready();
    outbox.push(second.clone());
    assert!(outbox.sync_with_storage(vec![first.clone()]));
    assert!(!outbox.sync_with_storage(vec![first.clone()]));
    let ids: Vec<DraftId> = outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [first.id, second.id]);
}

#[test]
fn drafts_removed_by_another_tab_go_and_unstored_ones_stay() {
    let (theirs, mine, sent) = (draft("theirs"), draft("mine"), draft("sent"));
    let mut outbox = ready();
    outbox.add_stored(sent.clone());
    outbox.send_next(user(7), |_| false);
    outbox.add_stored(theirs);
    outbox.push(mine.clone());
    outbox.set_persistence(mine.id, Persistence::MemoryOnly);
    assert!(outbox.sync_with_storage(vec![]));
    let ids: Vec<DraftId> = outbox.entries().iter().map(|entry| entry.draft.id).collect();
    assert_eq!(ids, [sent.id, mine.id]);
}

#[test]
fn a_committed_draft_does_not_return_with_a_late_read_of_the_storage() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add_stored(only.clone());
    outbox.remove(only.id);
    assert!(!outbox.sync_with_storage(vec![only]));
    assert!(outbox.entries().is_empty());
}

#[test]
fn an_attempt_and_a_refusal_of_another_tab_are_taken_over() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add_stored(only.clone());
    assert!(outbox.entries()[0].is_withdrawable());
    outbox.sync_with_storage(vec![sent(only.clone())]);
    assert!(!outbox.entries()[0].is_withdrawable());
    let refused = Draft { refusal: Some("too long".into()), ..sent(only) };
    outbox.sync_with_storage(vec![refused]);
    assert_eq!(outbox.entries()[0].state, SendState::Refused("too long".into()));
    assert!(outbox.entries()[0].is_withdrawable() && !outbox.has_pending(user(7)));
}

#[test]
fn a_draft_that_was_sent_cannot_be_withdrawn() {
    let only = draft("1");
    let mut outbox = ready();
    outbox.add_stored(only.clone());
    outbox.send_next(user(7), |_| false);
    assert!(!outbox.entries()[0].is_withdrawable());
    outbox.disconnected();
    assert!(!outbox.entries()[0].is_withdrawable());
    outbox.mark(only.id, SendState::Refused("too long".into()));
    assert!(outbox.entries()[0].is_withdrawable());
    outbox.mark(only.id, SendState::Waiting);
    assert_eq!(outbox.entries()[0].draft.refusal, None);
}

#[test]
fn a_draft_of_another_identity_waits_until_it_is_adopted() {
    let theirs = Draft { author: user(3), ..draft("1") };
    let mut outbox = ready();
    outbox.add_stored(theirs.clone());
    assert!(!outbox.has_pending(user(7)));
    assert_eq!(outbox.send_next(user(7), |_| false), None);
    outbox.adopt(theirs.id, user(7), Name::parse("Ann").unwrap());
    let sent = outbox.send_next(user(7), |_| false).unwrap();
    assert_eq!((sent.author, sent.name), (user(7), Some(Name::parse("Ann").unwrap())));
}

#[test]
fn one_draft_to_send_among_others_is_enough() {
    let mut outbox = Outbox::default();
    outbox.add_stored(Draft { author: user(3), ..draft("1") });
    outbox.add_stored(draft("2"));
    assert!(outbox.has_pending(user(7)));
}

#[test]
fn an_unstored_draft_belongs_to_the_page_under_any_identity() {
    let mine = Draft { author: user(3), ..draft("1") };
    let mut outbox = ready();
    outbox.push(mine.clone());
    outbox.set_persistence(mine.id, Persistence::MemoryOnly);
    assert!(outbox.send_next(user(7), |_| false).is_some());
}

#[test]
fn the_order_increases_within_a_millisecond_and_when_the_clock_goes_back() {
    let mut outbox = Outbox::default();
    for now_ms in [5, 5, 3] {
        let order = outbox.next_order(now_ms);
        outbox.push(Draft { order, ..draft("x") });
    }
    let orders: Vec<u64> = outbox.entries().iter().map(|entry| entry.draft.order).collect();
    assert_eq!(orders, [5_000, 5_001, 5_002]);
}

#[test]
fn only_drafts_that_are_certainly_not_committed_can_be_rewritten() {
    let commands = |draft: Draft| {
        let mut outbox = ready();
        outbox.add_stored(draft);
        outbox.entries()[0].commands(user(7))
    };
    let theirs = Draft { author: user(3), ..draft("x") };
    assert_eq!(commands(draft("x")), [DraftCommand::Edit, DraftCommand::Discard]);
    assert_eq!(commands(sent(draft("x"))), [DraftCommand::GiveUp]);
    assert_eq!(commands(theirs.clone()), [DraftCommand::Adopt, DraftCommand::Discard]);
    assert_eq!(commands(sent(theirs)), [DraftCommand::Adopt, DraftCommand::GiveUp]);
    let refused = Draft { refusal: Some("no".into()), ..sent(draft("x")) };
    assert_eq!(commands(refused), [DraftCommand::Retry, DraftCommand::Edit, DraftCommand::Discard]);
}

#[test]
fn a_draft_without_a_text_cannot_be_rewritten() {
    let mut outbox = ready();
    let deletion = Draft { action: Action::Delete { message: 1, revision: 1 }, ..draft("") };
    outbox.add_stored(deletion.clone());
    assert_eq!(outbox.entries()[0].commands(user(7)), [DraftCommand::Discard]);
    outbox.mark(deletion.id, SendState::Refused("no".into()));
    assert_eq!(outbox.entries()[0].commands(user(7)), [DraftCommand::Retry, DraftCommand::Discard]);
}

fn emoji(text: &str) -> Emoji {
    text.to_owned().try_into().unwrap()
}

fn reaction(message: u64, with: &str) -> Draft {
    Draft { action: Action::React { message, emoji: emoji(with), on: true }, ..draft("") }
}

#[test]
fn a_reaction_can_be_toggled_back_until_it_is_sent() {
    let lobby: TopicName = "lobby".parse().unwrap();
    let mut outbox = ready();
    let older = reaction(1, "👍");
    let mine = Draft { order: 1, ..reaction(1, "👍") };
    outbox.add_stored(older.clone());
    outbox.add_stored(mine.clone());
    for other in [reaction(2, "👍"), reaction(1, "🎉"), draft("👍")] {
        outbox.add_stored(Draft { order: 2, ..other });
    }
    outbox.add_stored(Draft { topic: "tea".parse().unwrap(), order: 3, ..reaction(1, "👍") });
    let unsent = |outbox: &Outbox| outbox.unsent_reaction(&lobby, 1, &emoji("👍"));
    assert_eq!(unsent(&outbox), Some(mine.id), "the newest");
    assert_eq!(outbox.unsent_reaction(&lobby, 3, &emoji("👍")), None);
    outbox.set_persistence(mine.id, Persistence::Pending);
    assert_eq!(unsent(&outbox), None, "the browser is storing it");
    outbox.set_persistence(mine.id, Persistence::Stored);
    outbox.mark(mine.id, SendState::Sending);
    assert_eq!(unsent(&outbox), None);
}

#[test]
fn only_pending_changes_of_the_message_s_own_text_are_its_base() {
    let edit = |message, order| {
        let action = Action::Edit { message, revision: message, body: "new".into() };
        Draft { action, order, ..draft("") }
    };
    let mut outbox = ready();
    let base = |outbox: &Outbox| outbox.base_of(&message(1)).base_draft;
    assert_eq!(base(&outbox), None);
    let first = edit(1, 1);
    outbox.add_stored(first.clone());
    outbox.add_stored(edit(2, 2));
    outbox.add_stored(Draft { order: 3, ..reaction(1, "👍") });
    assert_eq!(base(&outbox), Some(first.id));
    let second = edit(1, 4);
    outbox.add_stored(second.clone());
    assert_eq!(base(&outbox), Some(second.id));
    outbox.mark(second.id, SendState::Refused("stale".into()));
    assert_eq!(base(&outbox), Some(first.id));
}

#[test]
fn a_new_base_replaces_the_draft_that_a_change_was_based_on() {
    let action = Action::Delete { message: 1, revision: 1 };
    let mut change = Draft { action, base_draft: Some(DraftId::fresh()), ..draft("") };
    assert_eq!(change.base(), Some(BaseRevision { revision: 1, base_draft: change.base_draft }));
    let base = BaseRevision { revision: 5, base_draft: None };
    change.rebase(base);
    assert_eq!((change.base(), change.base_draft), (Some(base), None));
    let mut reaction = reaction(1, "👍");
    reaction.rebase(base);
    assert_eq!(reaction.base(), None);
}

#[test]
fn an_optimistic_event_is_by_a_verified_author() {
    let event = draft("hi").optimistic_event();
    assert_eq!((event.author.user, event.author.unverified), (user(7), false));
}

#[test]
fn a_draft_of_the_journal_is_added_once() {
    let mut outbox = Outbox::default();
    let (here, gone, lost) = (draft("1"), draft("2"), draft("3"));
    outbox.push(here.clone());
    outbox.add_stored(gone.clone());
    outbox.remove(gone.id);
    assert!(outbox.recover(vec![here.clone(), gone, lost.clone()]));
    let kept: Vec<_> = outbox.entries().iter().map(|entry| (entry.draft.id, entry.persistence)).collect();
    assert_eq!(kept, [(here.id, Persistence::Pending), (lost.id, Persistence::Stored)]);
    assert!(!outbox.recover(vec![here, lost]));
}
