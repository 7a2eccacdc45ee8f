use super::*;
use crate::model::fixtures::{deletion, edit, epoch, message, reaction};
use crate::protocol::{Name, Position};

/// A log of messages `1..=head`, known from `from` on.
fn known(from: u64, head: u64) -> Timeline {
    Timeline::new(epoch("a"), part(from, head, head))
}

fn part(from: u64, to: u64, head: u64) -> LogSlice {
    LogSlice { from, to, head, events: (from..=to).map(message).collect() }
}

/// The position of this message.
fn position(history: &str, seq: u64) -> Position {
    Position::on(epoch(history), &message(seq))
}

/// Messages by their `seq`, gaps by their negated size, notices as 0.
fn seen(timeline: &Timeline) -> Vec<i64> {
    let of = |row: &Row| match row {
        Row::Message(event) => event.seq as i64,
        Row::Gap(gap) => -(gap.len() as i64),
        Row::Notice { .. } => 0,
    };
    timeline.rows().iter().map(of).collect()
}

#[test]
fn it_applies_the_next_event_and_ignores_older_ones() {
    let mut timeline = known(1, 2);
    assert_eq!(timeline.apply(message(2)), ApplyOutcome::Duplicate);
    assert_eq!(timeline.apply(message(3)), ApplyOutcome::Applied);
    assert_eq!(seen(&timeline), [1, 2, 3]);
}

#[test]
fn a_gap_is_reported_and_changes_nothing() {
    let mut timeline = known(1, 1);
    assert_eq!(timeline.apply(message(3)), ApplyOutcome::OutOfSequence);
    assert_eq!(seen(&timeline), [1]);
    assert_eq!(timeline.position().unwrap().seq, 1);
}

#[test]
fn a_tail_of_a_long_log_has_a_gap_before_it() {
    let timeline = known(40, 41);
    assert_eq!(seen(&timeline), [-39, 40, 41]);
    assert_eq!(timeline.position().unwrap().seq, 41);
}

#[test]
fn the_neighbours_of_a_message_leave_out_deleted_ones() {
    let mut timeline = known(1, 4);
    timeline.apply(deletion(5, 3));
    let neighbour = |seq, forward| timeline.neighbour(seq, forward).map(|event| event.seq);
    assert_eq!(
        (neighbour(None, false), neighbour(Some(4), false), neighbour(Some(1), false)),
        (Some(4), Some(2), None)
    );
    assert_eq!(
        (neighbour(Some(2), true), neighbour(Some(4), true), neighbour(None, true)),
        (Some(4), None, None)
    );
}

#[test]
fn an_empty_log_has_no_gap() {
    assert!(known(1, 0).rows().is_empty());
}

#[test]
fn history_is_filled_from_its_newer_end() {
    let mut timeline = known(40, 41);
    timeline.fill(part(37, 39, 41));
    assert_eq!(seen(&timeline), [-36, 37, 38, 39, 40, 41]);
    timeline.fill(LogSlice { from: 1, ..part(36, 36, 41) });
    assert_eq!(seen(&timeline), [36, 37, 38, 39, 40, 41]);
}

#[test]
fn a_page_around_one_message_has_gaps_on_both_sides_and_takes_new_events() {
    let mut timeline = Timeline::new(epoch("a"), part(50, 52, 100));
    assert_eq!(seen(&timeline), [-49, 50, 51, 52, -48]);
    assert_eq!(timeline.apply(message(101)), ApplyOutcome::Applied);
    timeline.fill(part(53, 54, 101));
    assert_eq!(seen(&timeline), [-49, 50, 51, 52, 53, 54, -46, 101]);
    timeline.fill(part(48, 101, 101));
    let whole: Vec<i64> = std::iter::once(-47).chain(48..=101).collect();
    assert_eq!(seen(&timeline), whole);
}

#[test]
fn a_slice_that_fills_no_gap_duplicates_nothing() {
    let mut timeline = known(1, 3);
    timeline.fill(part(1, 3, 3));
    assert_eq!(seen(&timeline), [1, 2, 3]);
}

#[test]
fn a_reset_drops_the_old_epoch() {
    let mut timeline = known(8, 9);
    timeline.reset(epoch("b"), part(1, 1, 1));
    assert_eq!(seen(&timeline), [1]);
    assert_eq!(timeline.position().unwrap(), position("b", 1));
}

#[test]
fn a_position_names_the_newest_event_whose_draft_is_known() {
    let mut timeline = known(1, 2);
    assert_eq!(timeline.resume_position(), Some(position("a", 2)));
    timeline.apply(reaction(3, 1, 1, true));
    assert_eq!(timeline.resume_position(), Some(position("a", 3)));
    timeline.apply(Event { kind: EventKind::Unknown, ..message(4) });
    assert_eq!(timeline.position(), Some(Position::new(epoch("a"), 4, None)));
    assert_eq!(
        timeline.resume_position(),
        Some(position("a", 3)),
        "an event without a name is asked for again"
    );
}

#[test]
fn a_timeline_with_newer_state_than_its_position_does_not_resume() {
    let revised = |seq, at| {
        let mut event = message(seq);
        event.apply(&edit(at, seq, Some("new")));
        event
    };
    let mut timeline = known(1, 2);
    timeline.apply(revised(3, 5));
    assert_eq!(timeline.resume_position(), None);
    timeline.apply(message(4));
    timeline.apply(edit(5, 3, Some("new")));
    assert_eq!(timeline.resume_position(), Some(position("a", 5)));
    timeline.apply(edit(6, 3, None));
    assert_eq!(timeline.resume_position(), None, "what has replaced that text is still to come");
    timeline.apply(deletion(7, 3));
    assert_eq!(timeline.resume_position(), Some(position("a", 7)));
    timeline.fill(part(1, 2, 8));
    assert_eq!(timeline.resume_position(), None, "the past as it stood after event 8");
    timeline.reset(epoch("a"), part(8, 8, 8));
    assert_eq!(timeline.resume_position(), Some(position("a", 8)));
}

#[test]
fn the_server_names_a_head_that_the_slice_lacks() {
    let mut timeline = Timeline::new(epoch("a"), part(50, 52, 100));
    assert_eq!(timeline.resume_position(), Some(Position::new(epoch("a"), 100, None)));
    let head = message(100);
    timeline.set_head_event(head.kind.draft(), None);
    timeline.set_head_event(head.kind.draft(), Some(head.at));
    assert_eq!(timeline.resume_position(), Some(position("a", 100)));
    timeline.set_head_event(head.kind.draft(), None);
    assert_eq!(timeline.resume_position(), Some(position("a", 100)), "the time is kept");
    timeline.reset(epoch("a"), part(7, 7, 8));
    assert_eq!(timeline.resume_position(), Some(Position::new(epoch("a"), 8, None)), "of the older history");
}

#[test]
fn changes_take_a_seq_and_change_the_row_of_their_message() {
    let mut timeline = known(1, 2);
    let key = timeline.rows()[0].key();
    assert_eq!(timeline.apply(edit(3, 1, Some("new"))), ApplyOutcome::Applied);
    assert_eq!(timeline.apply(reaction(4, 1, 1, true)), ApplyOutcome::Applied);
    assert_eq!(seen(&timeline), [1, 2]);
    assert_eq!(timeline.rows()[0].key(), key);
    assert_eq!(timeline.message(1).unwrap().revision(), 3);
    assert_eq!(timeline.take_changed().len(), 2);
    assert!(timeline.take_changed().is_empty());
}

#[test]
fn an_unknown_kind_takes_a_seq_and_shows_nothing() {
    let mut timeline = known(1, 0);
    assert_eq!(timeline.apply(Event { kind: EventKind::Unknown, ..message(1) }), ApplyOutcome::Applied);
    assert_eq!(timeline.apply(message(2)), ApplyOutcome::Applied);
    assert_eq!(seen(&timeline), [2]);
}

#[test]
fn dropped_rows_become_a_gap() {
    let mut timeline = known(1, 10);
    timeline.trim(10);
    assert_eq!(seen(&timeline).len(), 10);
    timeline.trim(4);
    assert_eq!(seen(&timeline), [-7, 8, 9, 10]);
    timeline.trim(4);
    assert_eq!(seen(&timeline), [-7, 8, 9, 10]);
    timeline.fill(part(5, 7, 10));
    assert_eq!(seen(&timeline), [-4, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn notices_stay_where_they_were_added() {
    let mut timeline = known(1, 1);
    timeline.presence(vec![Name::parse("Ann").unwrap()], Vec::new());
    timeline.apply(message(2));
    assert_eq!(seen(&timeline), [1, 0, 2]);
}

#[test]
fn a_slice_read_before_a_change_gets_the_change() {
    let mut timeline = known(3, 3);
    for event in [edit(4, 1, Some("older")), edit(5, 1, Some("new")), reaction(6, 2, 1, true)] {
        timeline.apply(event);
    }
    timeline.fill(part(1, 2, 4));
    assert_eq!(timeline.message(1).unwrap().revision(), 5);
    let EventKind::Message { reactions, .. } = &timeline.message(2).unwrap().kind else { panic!() };
    assert_eq!(reactions.len(), 1);
}

#[test]
fn going_to_the_end_drops_the_rows_above_the_last_gap() {
    let mut timeline = Timeline::new(epoch("a"), part(50, 52, 100));
    timeline.apply(message(101));
    assert!(!timeline.is_gapless());
    timeline.drop_before_last_gap();
    assert_eq!(seen(&timeline), [-100, 101]);
    assert!(timeline.is_gapless());
    timeline.drop_before_last_gap();
    assert_eq!(seen(&timeline), [-100, 101]);
}

#[test]
fn going_to_the_end_of_an_older_slice_requests_the_newest() {
    let mut timeline = Timeline::new(epoch("a"), part(50, 52, 100));
    timeline.drop_before_last_gap();
    assert_eq!(seen(&timeline), [-100]);
    timeline.fill(part(99, 100, 100));
    assert_eq!(seen(&timeline), [-98, 99, 100]);
}

#[test]
fn joins_and_leaves_share_one_notice_and_cancel_out() {
    let names = |names: &[&str]| names.iter().map(|name| Name::parse(name).unwrap()).collect::<Vec<_>>();
    let line = |timeline: &Timeline| match timeline.rows().last() {
        Some(Row::Notice { notice: Notice::Presence { joined, left }, .. }) => (joined.clone(), left.clone()),
        _ => (Vec::new(), Vec::new()),
    };
    let mut timeline = known(1, 1);
    timeline.presence(names(&["Ann", "Bob"]), names(&["Cid"]));
    timeline.presence(names(&["Dot"]), names(&["Ann"]));
    assert_eq!(line(&timeline), (names(&["Bob", "Dot"]), names(&["Cid"])));
    assert_eq!(timeline.rows().len(), 2);
    timeline.presence(names(&["Cid"]), names(&["Bob", "Dot"]));
    assert_eq!(timeline.rows().len(), 1);
}

#[test]
fn arrived_messages_and_rows_by_key() {
    let mut timeline = known(1, 2);
    timeline.apply(message(3));
    timeline.apply(reaction(4, 3, 1, true));
    timeline.fill(part(1, 2, 4));
    timeline.apply(message(5));
    assert_eq!(timeline.arrived(), 2, "loaded messages and changes do not count");
    for row in timeline.rows() {
        assert_eq!(timeline.row(row.key()), Some(row));
    }
    assert_eq!(timeline.row(RowKey::Notice(1)), None);
}

#[test]
fn the_layout_version_never_repeats() {
    let mut timeline = known(1, 9);
    let mut versions = vec![timeline.layout_version()];
    timeline.trim(4);
    versions.push(timeline.layout_version());
    timeline.fill(part(1, 6, 9));
    versions.push(timeline.layout_version());
    assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
    timeline.apply(message(10));
    assert_eq!(timeline.layout_version(), versions[2], "a row at the end");
}

#[test]
fn a_reset_forgets_changes_and_edits_of_the_old_log() {
    let mut timeline = known(3, 3);
    timeline.apply(edit(4, 1, Some("of the old log")));
    timeline.apply(edit(5, 2, None));
    timeline.reset(epoch("b"), part(3, 3, 3));
    assert_eq!(timeline.resume_position(), Some(position("b", 3)));
    timeline.fill(part(1, 2, 3));
    assert_eq!(timeline.message(1).unwrap().revision(), 1);
}

#[test]
fn a_reaction_does_not_replace_the_text_that_is_to_come() {
    let mut timeline = known(1, 2);
    timeline.apply(edit(3, 2, None));
    timeline.apply(reaction(4, 2, 1, true));
    assert_eq!(timeline.resume_position(), None);
}

#[test]
fn only_the_newest_changes_of_messages_that_are_not_loaded_are_kept() {
    let mut timeline = known(2, 2);
    for seq in 3..=2 + 2 * MAX_LATE_CHANGES as u64 {
        timeline.apply(edit(seq, 1, Some("new")));
    }
    assert_eq!(timeline.late_changes.len(), MAX_LATE_CHANGES);
    timeline.fill(part(1, 1, 2));
    assert_eq!(timeline.message(1).unwrap().revision(), 2 + 2 * MAX_LATE_CHANGES as u64);
}

#[test]
fn rows_dropped_up_to_a_gap_leave_the_gap() {
    let mut timeline = Timeline::new(epoch("a"), part(50, 52, 100));
    timeline.trim(2);
    assert_eq!(seen(&timeline), [-52, -48]);
}

#[test]
fn a_person_who_joins_twice_is_named_once() {
    let ann = || Name::parse("Ann").unwrap();
    let mut timeline = known(1, 1);
    timeline.presence(vec![ann(), ann()], Vec::new());
    assert!(
        matches!(timeline.rows(), [_, Row::Notice { notice: Notice::Presence { joined, .. }, .. }] if *joined == [ann()])
    );
}
