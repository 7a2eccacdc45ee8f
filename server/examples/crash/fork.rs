//! The fork of the histories: a database that was replaced by an older copy, and clients that know what is missing from it.

use std::collections::HashMap;

use app::protocol::{DraftId, Epoch, Event, Position};

use crate::{
    Violation,
    client::Client,
    client_view::ClientView,
    log_reader::LogReader,
    operation_log::Outcome,
    server_process::Program,
    shared::{Acks, Shared},
    topic_state::TopicState,
    verify,
};

/// The log of one topic.
pub(crate) struct Log {
    pub(crate) epoch: Epoch,
    pub(crate) events: Vec<Event>,
}

impl Log {
    fn event(&self, seq: u64) -> Option<&Event> {
        self.events.get(seq.checked_sub(1)? as usize)
    }

    /// Whether an event of the other log is not in this one.
    pub(crate) fn lacks_events_of(&self, other: &Self) -> bool {
        let mut events = other.events.iter();
        events.any(|event| self.event(event.seq).and_then(Event::identity) != event.identity())
    }
}

/// Reads the logs of all topics.
pub(crate) async fn read_logs(program: &Program, shared: &Shared) -> Result<Vec<Log>, Violation> {
    let mut logs = Vec::new();
    for topic in &shared.topics {
        let (epoch, events) = LogReader::connect(program, topic).await?.all_of_epoch().await?;
        logs.push(Log { epoch, events });
    }
    Ok(logs)
}

/// Compares the logs with the records of clients that were stopped at any moment.
pub(crate) fn verify_logs(logs: &[Log], clients: &[Client]) -> Result<(), Violation> {
    let mut logs = logs.iter().enumerate();
    logs.try_for_each(|(index, log)| verify::verify_log(&log.events, clients, index))
}

/// Continues from restored logs: checks that they hold everything that was acknowledged before the copy was made (`acks`), and
/// tells each client what it has to expect. Acknowledged events that the copy lacks are lost from now on. Drafts without an
/// answer stay open, and clients send them again. Returns the number of events that are lost.
pub(crate) fn continue_from(
    logs: &[Log],
    acks: &Acks,
    shared: &Shared,
    clients: &mut [Client],
) -> Result<usize, Violation> {
    for (draft, &(topic, seq)) in acks {
        if logs[topic].event(seq).and_then(|event| event.kind.draft()) != Some(*draft) {
            return Err(format!(
                "acknowledged before the copy was made, and not in it: {draft} at {seq} of {}",
                shared.topics[topic]
            ));
        }
    }
    let states = || clients.iter().flat_map(Client::states);
    let lost_before: usize = states().map(lost).sum();
    for state in clients.iter_mut().flat_map(Client::states_mut) {
        continue_state(state, &logs[state.index]);
    }
    shared.restored(acks.clone(), logs.iter().map(|log| log.events.len() as u64));
    verify_logs(logs, clients)?;
    Ok(clients.iter().flat_map(Client::states).map(lost).sum::<usize>().saturating_sub(lost_before))
}

fn continue_state(state: &mut TopicState, log: &Log) {
    let stored: HashMap<DraftId, u64> =
        log.events.iter().filter_map(|event| Some((event.kind.draft()?, event.seq))).collect();
    state.operations.restored(|draft| stored.get(&draft).copied());
    state.conflicts.clear();
    state.read.forget();
    let Some(position) = state.view.position() else { return };
    if position.epoch != log.epoch {
        return state.view.restored(true);
    }
    // A copy that holds effects of later events cannot be resumed at all.
    if !state.view.is_complete() {
        state.view = ClientView::default();
        return;
    }
    let event = log.event(position.seq).and_then(Event::identity);
    state.view.restored(position != Position::new(log.epoch.clone(), position.seq, event));
}

fn lost(state: &TopicState) -> usize {
    state.operations.entries.iter().filter(|entry| entry.outcome == Outcome::Lost).count()
}
