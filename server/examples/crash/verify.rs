//! Compares the log with everything that the clients received.

use std::collections::{HashMap, HashSet};

use app::protocol::{Event, HistoryRange, SubscriptionMode, TopicName, UserId};

use crate::{
    Violation,
    client::Client,
    client_view::ClientView,
    log_reader::{HistoryPage, LogReader, Subscription},
    model::{Model, is_result_of},
    operation_log::{OperationLog, Outcome},
    server_process::Program,
};

/// Messages in one page of the history: odd, so that pages begin at any `seq`.
const PAGE_SIZE: u32 = 47;

pub(crate) struct Summary {
    pub(crate) events: u64,
    pub(crate) messages: usize,
    pub(crate) stored: usize,
    pub(crate) refused: usize,
    pub(crate) views: usize,
    pub(crate) pages: usize,
}

/// Reads the log and compares it with the clients' records.
pub(crate) async fn verify(
    program: &Program,
    topic: &TopicName,
    clients: &[Client],
) -> Result<Summary, Violation> {
    let mut reader = LogReader::connect(program, topic).await?;
    let log = reader.all().await?;
    let logs: HashMap<UserId, &OperationLog> =
        clients.iter().filter_map(|client| Some((client.operations.user?, &client.operations))).collect();
    let model = replay(&log, &logs)?;
    let (stored, refused) = check_outcomes(&log, &logs, &model)?;
    check_conflicts(clients, &model)?;
    check_views(clients, &log, &model)?;
    let pages = check_history(&mut reader, log.len() as u64, &model).await?;
    Ok(Summary {
        events: log.len() as u64,
        messages: model.messages.len(),
        stored,
        refused,
        views: clients.len() + 1,
        pages,
    })
}

/// Replays the log. Checks that events are numbered without gaps, stored once, and match their author's operation.
fn replay(log: &[Event], logs: &HashMap<UserId, &OperationLog>) -> Result<Model, Violation> {
    let mut model = Model::default();
    let mut drafts = HashSet::new();
    for (event, seq) in log.iter().zip(1..) {
        if event.seq != seq {
            return Err(format!("the log has {} where {seq} is expected: {event:?}", event.seq));
        }
        let by = event.author.user;
        let draft = event.kind.draft().ok_or_else(|| format!("an event without a draft: {event:?}"))?;
        let entry = logs.get(&by).and_then(|operations| operations.of(draft));
        let entry = entry.ok_or_else(|| format!("no author sent {event:?}"))?;
        if !drafts.insert((by, draft)) {
            return Err(format!("stored twice: {event:?}"));
        }
        if !is_result_of(event, &entry.operation) {
            return Err(format!("the operation was {:?}, stored is {event:?}", entry.operation));
        }
        model.apply(seq, by, draft, &entry.operation).map_err(|why| format!("{event:?}: {why}"))?;
    }
    Ok(model)
}

/// Checks that each draft is stored as the event that its ack named, or was rightly refused and is not stored.
fn check_outcomes(
    log: &[Event],
    logs: &HashMap<UserId, &OperationLog>,
    model: &Model,
) -> Result<(usize, usize), Violation> {
    let mut stored = 0;
    let mut refused = 0;
    let at: HashMap<_, _> = log.iter().map(|e| ((e.author.user, e.kind.draft()), e.seq)).collect();
    for (user, operations) in logs {
        for entry in &operations.entries {
            let logged = at.get(&(*user, Some(entry.draft)));
            match entry.outcome {
                Outcome::Stored(seq) if logged == Some(&seq) => stored += 1,
                Outcome::Stored(seq) => {
                    return Err(format!("acknowledged at {seq}, and in the log at {logged:?}: {entry:?}"));
                }
                Outcome::Refused(code, before)
                    if logged.is_none() && model.justifies(*user, &entry.operation, code, before) =>
                {
                    refused += 1;
                }
                Outcome::Refused(..) => {
                    return Err(format!("refused, and the log ({logged:?}) says otherwise: {entry:?}"));
                }
                Outcome::Open => return Err(format!("never answered: {entry:?}")),
            }
        }
    }
    Ok((stored, refused))
}

/// Checks that other content under a used draft was refused, unless the stored text was edited or deleted since.
fn check_conflicts(clients: &[Client], model: &Model) -> Result<(), Violation> {
    for client in clients {
        for &(index, taken) in &client.conflicts {
            let entry = &client.operations.entries[index];
            let gone = match (entry.operation.target(), entry.outcome) {
                (None, Outcome::Stored(seq)) => model.is_rewritten(seq),
                (Some(_), _) => true,
                (None, _) => false,
            };
            if taken && !gone {
                return Err(format!("other content was accepted as a retry of {entry:?}"));
            }
        }
    }
    Ok(())
}

/// Checks that every client's copy of the topic equals the model.
fn check_views(clients: &[Client], log: &[Event], model: &Model) -> Result<(), Violation> {
    let head = log.len() as u64;
    let mut whole = ClientView::whole();
    log.iter().try_for_each(|event| whole.apply(event.clone()))?;
    for view in clients.iter().map(|client| &client.view).chain([&whole]) {
        if view.applied != head {
            return Err(format!("a reader has {} of {head} events", view.applied));
        }
        model
            .check_messages(view.from, head, view.messages.values())
            .map_err(|why| format!("a live view: {why}"))?;
    }
    Ok(())
}

/// Checks the newest messages and every page of the history, backwards and forwards, against the model.
async fn check_history(reader: &mut LogReader, head: u64, model: &Model) -> Result<usize, Violation> {
    let Subscription { mode, events, head: answered, more, .. } = reader.subscribe(None, PAGE_SIZE).await?;
    let from = events.first().filter(|_| more).map_or(1, |first| first.seq);
    if (mode, answered) != (SubscriptionMode::Tail, head) {
        return Err(format!("a tail of {answered} events as {mode:?}: there are {head}"));
    }
    model.check_messages(from, head, &events).map_err(|why| format!("a tail: {why}"))?;
    let mut before = head + 1;
    let mut after = 0;
    let mut pages = 1;
    while before > 1 || after < head {
        let older = page(reader, HistoryRange::Before(before), model).await?;
        let newer = page(reader, HistoryRange::After(after), model).await?;
        if older.to + 1 != before || newer.from != after + 1 {
            return Err(format!(
                "the page before {before} ends at {}, the page after {after} starts at {}",
                older.to, newer.from
            ));
        }
        (before, after, pages) = (older.from, newer.to, pages + 2);
    }
    Ok(pages)
}

async fn page(reader: &mut LogReader, span: HistoryRange, model: &Model) -> Result<HistoryPage, Violation> {
    let page = reader.history(span, PAGE_SIZE).await?;
    model
        .check_messages(page.from, page.to, &page.events)
        .map_err(|why| format!("history {span:?}: {why}"))?;
    Ok(page)
}
