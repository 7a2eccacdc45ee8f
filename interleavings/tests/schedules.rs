//! Schedules of the hand-over between publishers and idle connections. A failure prints its schedule; see `explore`.

use interleavings::scenarios::{self, explore};

/// Random schedules of each scenario, and as many with random priorities.
const SCHEDULES: usize = 2_000;

#[test]
fn frames_reach_an_idle_connection() {
    explore(scenarios::frames_reach_an_idle_connection, SCHEDULES);
}

#[test]
fn subscribers_agree_on_the_order() {
    explore(scenarios::subscribers_agree_on_the_order, SCHEDULES);
}

#[test]
fn acks_come_before_their_frames() {
    explore(scenarios::acks_come_before_their_frames, SCHEDULES);
}

#[test]
fn a_lagging_connection_continues() {
    explore(scenarios::a_lagging_connection_continues, SCHEDULES);
}

#[test]
fn a_second_subscription_replaces_the_first() {
    explore(scenarios::a_second_subscription_replaces_the_first, SCHEDULES);
}

#[test]
fn a_connection_that_ends_takes_nothing_with_it() {
    explore(scenarios::a_connection_that_ends_takes_nothing_with_it, SCHEDULES);
}

#[test]
fn a_fan_out_leaves_no_frame() {
    explore(scenarios::a_fan_out_leaves_no_frame, SCHEDULES);
}

#[test]
fn a_connection_subscribes_amid_frames() {
    explore(scenarios::a_connection_subscribes_amid_frames, SCHEDULES);
}

#[test]
fn a_topic_is_not_removed_under_a_new_subscriber() {
    explore(scenarios::a_topic_is_not_removed_under_a_new_subscriber, SCHEDULES);
}

#[test]
fn acks_arrive_without_frames() {
    explore(scenarios::acks_arrive_without_frames, SCHEDULES);
}
