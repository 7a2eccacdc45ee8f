//! How long a client stays away before it connects again.

use tokio::time::sleep;

use crate::{random::Random, shared::Shared, topic_state::TopicState};

/// Keeps a reader away for a while after a restore, until a log has grown past the position that it lacks.
pub(crate) async fn stay_away(states: &[TopicState], shared: &Shared, random: &mut Random) {
    if !states.iter().any(|state| state.view.expects_reset()) || random.one_in(2) {
        return;
    }
    shared.counters.waiting.increment();
    while shared.is_loading() && !states.iter().any(|state| state.is_overtaken(shared)) {
        sleep(random.millis(1..=40)).await;
    }
    shared.counters.waited.increment();
}

/// Waits before a client connects again. With restores, a reader sometimes misses the rest of the load, so that later copies hold
/// its position.
pub(crate) async fn pause(is_reader: bool, shared: &Shared, random: &mut Random) {
    sleep(random.millis(1..=40)).await;
    if shared.has_restores && is_reader && random.one_in(6) {
        while shared.is_loading() {
            sleep(random.millis(1..=40)).await;
        }
    }
}
