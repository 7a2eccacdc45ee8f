//! The checks of what people see beside the logs: searches, read marks and unread counts.

use std::time::Instant;

use app::protocol::{Event, EventKind, Membership, TopicName, UserId};
use tokio::time::sleep;

use super::{Records, Summary};
use crate::{
    Violation,
    api::{Answer, Api, Found},
    client::Client,
    connection::{RESPONSE_TIMEOUT, open_session},
    searches::SearchCheck,
    server_process::Program,
    shared::Shared,
};

/// Searches of each author at the end: for the newest and for evenly spread older texts.
const SEARCHES: usize = 8;

/// Searches for texts of all authors. By and by every search must be complete.
pub(super) async fn check_searches(
    program: &Program,
    records: &Records<'_>,
    summary: &mut Summary,
) -> Result<(), Violation> {
    let cookie = open_session(program.address).await.ok_or("no session for a search")?;
    let api = Api::with_cookie(program.address, &cookie);
    for state in &records.states {
        let count = state.operations.entries.len();
        let step = (count / SEARCHES).max(1);
        for index in (0..count).rev().step_by(step) {
            let Some(check) = SearchCheck::of(&state.topic, &state.operations, index) else { continue };
            let started = Instant::now();
            loop {
                let found = api.clone().search(check.word.clone(), Some(state.topic.clone())).await?;
                let is_conclusive = match found {
                    Answer::Done(Found { hits, complete }) => {
                        check.check(&state.operations, &hits, complete)?
                    }
                    Answer::Refused(..) | Answer::Unanswered => false,
                };
                if is_conclusive {
                    break;
                }
                if started.elapsed() > RESPONSE_TIMEOUT {
                    return Err(format!("the index is not complete after {RESPONSE_TIMEOUT:?}: {check:?}"));
                }
                sleep(std::time::Duration::from_millis(50)).await;
            }
            summary.searches += 1;
        }
    }
    Ok(())
}

/// Checks that no read mark went back, and that the counts of each membership are those of a recount of the log.
pub(super) async fn check_memberships(
    program: &Program,
    shared: &Shared,
    clients: &mut [Client],
    logs: &[Vec<Event>],
    summary: &mut Summary,
) -> Result<(), Violation> {
    let life = shared.server.number();
    for client in clients {
        let Some(user) = client.user() else { continue };
        let written = client
            .states_mut()
            .iter()
            .filter(|state| logs[state.index].iter().any(|event| is_written_by(event, user)));
        let written: Vec<TopicName> = written.map(|state| state.topic.clone()).collect();
        let api = Api::with_cookie(program.address, client.cookie());
        let memberships = memberships_with(&api, &written).await?;
        for state in client.states_mut() {
            let membership = memberships.iter().find(|membership| membership.topic == state.topic);
            let Some(membership) = membership else {
                if state.read.floor(&shared.server, life) > 0 {
                    return Err(format!("a membership in {} is gone", state.topic));
                }
                if let Some(first) = logs[state.index].iter().find(|event| is_written_by(event, user)) {
                    return Err(format!("an author does not follow {}: {first:?}", state.topic));
                }
                continue;
            };
            state.read.confirm(membership, &shared.server, life)?;
            check_counts(user, membership, &logs[state.index])?;
            summary.memberships += 1;
        }
    }
    Ok(())
}

/// Returns a person's memberships once they follow these topics: a task stores some of the follows after the start. Returns those
/// that there are after [`RESPONSE_TIMEOUT`].
async fn memberships_with(api: &Api, topics: &[TopicName]) -> Result<Vec<Membership>, Violation> {
    let started = Instant::now();
    loop {
        let memberships = api.clone().memberships().await?;
        let follows = |topic: &TopicName| memberships.iter().any(|membership| membership.topic == *topic);
        if topics.iter().all(follows) || started.elapsed() > RESPONSE_TIMEOUT {
            return Ok(memberships);
        }
        sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Whether a person follows a topic because of this event.
fn is_written_by(event: &Event, user: UserId) -> bool {
    event.author.user == user && matches!(event.kind, EventKind::Message { .. } | EventKind::About { .. })
}

fn check_counts(user: UserId, membership: &Membership, log: &[Event]) -> Result<(), Violation> {
    let messages = || log.iter().filter(|event| matches!(event.kind, EventKind::Message { .. }));
    let is_read = |event: &&Event| event.seq <= membership.read;
    let counted = (
        log.len() as u64,
        messages().count() as u64,
        messages().filter(is_read).count() as u64,
        messages().filter(|event| !is_read(event) && event.mentions(user)).count() as u64,
    );
    let Membership { head, messages, seen, mentions, .. } = *membership;
    if counted == (head, messages, seen, mentions) {
        return Ok(());
    }
    Err(format!("a recount of head, messages, seen and mentions gives {counted:?}: {membership:?}"))
}
