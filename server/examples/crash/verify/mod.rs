//! Compares the logs with everything that the clients received.

mod people;
mod topic;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use app::protocol::{Event, UserId};
use tokio::time::sleep;

use crate::{
    Violation, client::Client, log_reader::LogReader, operation_log::OperationLog, server_process::Program,
    shared::Shared, topic_state::TopicState,
};

/// Read marks that a server has confirmed are known to all servers of a database within this time.
const READ_MARK_TIMEOUT: Duration = Duration::from_secs(15);

/// The numbers of compared items, in all topics together.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) events: usize,
    pub(crate) messages: usize,
    pub(crate) stored: usize,
    pub(crate) refused: usize,
    pub(crate) lost: usize,
    pub(crate) views: usize,
    pub(crate) pages: usize,
    pub(crate) searches: usize,
    pub(crate) memberships: usize,
}

/// The records of all clients about one topic.
struct Records<'a> {
    states: Vec<&'a TopicState>,
    /// By author.
    operations: HashMap<UserId, &'a OperationLog>,
}

impl<'a> Records<'a> {
    fn of(clients: &'a [Client], index: usize) -> Self {
        let states = clients.iter().flat_map(Client::states).filter(|state| state.index == index);
        let states: Vec<&TopicState> = states.collect();
        let operations = states.iter().filter_map(|state| Some((state.operations.user?, &state.operations)));
        Self { operations: operations.collect(), states }
    }
}

/// Reads all logs, searches and memberships, and compares them with the records of clients that have settled.
pub(crate) async fn verify(
    program: &Program,
    shared: &Shared,
    clients: &mut [Client],
) -> Result<Summary, Violation> {
    let mut summary = Summary::default();
    let mut logs = Vec::new();
    for (index, topic) in shared.topics.iter().enumerate() {
        let records = Records::of(clients, index);
        let mut reader = LogReader::connect(program, topic).await?;
        let log = reader.all().await?;
        let model = topic::check_log(&log, &records, &mut summary)?;
        topic::check_answered(&records)?;
        topic::check_views(&log, &records, &model, &mut summary)?;
        topic::check_history(&mut reader, log.len() as u64, &model, &mut summary).await?;
        people::check_searches(program, &records, &mut summary).await?;
        logs.push(log);
    }
    people::check_memberships(program, shared, clients, &logs, &mut summary).await?;
    Ok(summary)
}

/// Verifies one of several servers. If another one has not stored a read mark yet, it is asked again.
pub(crate) async fn verify_patiently(
    program: &Program,
    shared: &Shared,
    clients: &mut [Client],
) -> Result<Summary, Violation> {
    let started = Instant::now();
    loop {
        match verify(program, shared, clients).await {
            Err(why) if why.contains("read mark") && started.elapsed() < READ_MARK_TIMEOUT => {
                sleep(Duration::from_millis(200)).await;
            }
            verified => return verified,
        }
    }
}

/// Compares one topic's log with the records of clients that were stopped at any moment: drafts may be open.
pub(crate) fn verify_log(log: &[Event], clients: &[Client], index: usize) -> Result<(), Violation> {
    topic::check_log(log, &Records::of(clients, index), &mut Summary::default())?;
    Ok(())
}
