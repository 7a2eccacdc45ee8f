//! The checks of one topic: its log, every view of it, and its history.

use std::collections::{HashMap, HashSet};

use app::protocol::{Event, EventKind, HistoryRange, SubscriptionMode, UserId};

use super::{Records, Summary};
use crate::{
    Violation,
    client_view::ClientView,
    log_reader::{HistoryPage, LogReader, Subscription},
    model::{Model, is_result_of},
    operation_log::{OperationLog, Outcome},
};

/// Messages in one page of the history: odd, so that pages begin at any `seq`.
const PAGE_SIZE: u32 = 47;

/// Compares the log with the authors' operations, and returns the state in which it leaves the topic.
pub(super) fn check_log(
    log: &[Event],
    records: &Records<'_>,
    summary: &mut Summary,
) -> Result<Model, Violation> {
    let model = replay(log, &records.operations)?;
    check_outcomes(log, &records.operations, &model, summary)?;
    check_conflicts(records, &model)?;
    summary.events += log.len();
    summary.messages += model.messages.len();
    Ok(model)
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
        if let EventKind::About { about, .. } = &event.kind
            && !model.is_described_as(about)
        {
            return Err(format!("title or description is another one: {event:?}"));
        }
    }
    Ok(model)
}

/// Checks that each answered draft is stored as the event that its ack named, or was rightly refused and is not stored.
fn check_outcomes(
    log: &[Event],
    logs: &HashMap<UserId, &OperationLog>,
    model: &Model,
    summary: &mut Summary,
) -> Result<(), Violation> {
    let at: HashMap<_, _> = log.iter().map(|e| ((e.author.user, e.kind.draft()), e.seq)).collect();
    for (user, operations) in logs {
        for entry in &operations.entries {
            let logged = at.get(&(*user, Some(entry.draft)));
            match entry.outcome {
                Outcome::Stored(seq) if logged == Some(&seq) => summary.stored += 1,
                Outcome::Stored(seq) => {
                    return Err(format!("acknowledged at {seq}, and in the log at {logged:?}: {entry:?}"));
                }
                Outcome::Refused(code, before)
                    if logged.is_none() && model.justifies(*user, &entry.operation, code, before) =>
                {
                    summary.refused += 1;
                }
                Outcome::Refused(..) if logged.is_none() && entry.is_dangling => summary.refused += 1,
                Outcome::Settled if logged.is_none() => summary.refused += 1,
                Outcome::Lost if logged.is_none() => summary.lost += 1,
                Outcome::Refused(..) | Outcome::Settled | Outcome::Lost => {
                    return Err(format!(
                        "refused or lost, and the log ({logged:?}) says otherwise: {entry:?}"
                    ));
                }
                Outcome::Open => {}
            }
        }
    }
    Ok(())
}

/// Checks that every draft is answered.
pub(super) fn check_answered(records: &Records<'_>) -> Result<(), Violation> {
    let mut entries = records.operations.values().flat_map(|operations| &operations.entries);
    match entries.find(|entry| entry.outcome == Outcome::Open) {
        Some(entry) => Err(format!("never answered: {entry:?}")),
        None => Ok(()),
    }
}

/// Checks that other content under a used draft was refused, unless the stored text was edited or deleted since.
fn check_conflicts(records: &Records<'_>, model: &Model) -> Result<(), Violation> {
    for state in &records.states {
        for &(index, taken) in &state.conflicts {
            let entry = &state.operations.entries[index];
            let gone = match (entry.operation.target(), entry.outcome) {
                (None, Outcome::Stored(seq)) => model.is_rewritten(seq),
                (Some(_), _) | (None, Outcome::Lost) => true,
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
pub(super) fn check_views(
    log: &[Event],
    records: &Records<'_>,
    model: &Model,
    summary: &mut Summary,
) -> Result<(), Violation> {
    let head = log.len() as u64;
    let mut whole = ClientView::whole();
    log.iter().try_for_each(|event| whole.apply(event.clone()))?;
    for view in records.states.iter().map(|state| &state.view).chain([&whole]) {
        if view.applied != head {
            return Err(format!("a reader has {} of {head} events", view.applied));
        }
        model
            .check_messages(view.from, head, view.messages.values())
            .map_err(|why| format!("a live view: {why}"))?;
        summary.views += 1;
    }
    Ok(())
}

/// Checks the newest messages and every page of the history, backwards and forwards, against the model.
pub(super) async fn check_history(
    reader: &mut LogReader,
    head: u64,
    model: &Model,
    summary: &mut Summary,
) -> Result<(), Violation> {
    let Subscription { mode, events, head: answered, more, about, .. } =
        reader.subscribe(None, PAGE_SIZE).await?;
    if !about.as_ref().is_some_and(|about| model.is_described_as(about)) {
        return Err(format!("title or description is another one: {about:?}"));
    }
    let from = events.first().filter(|_| more).map_or(1, |first| first.seq);
    if (mode, answered) != (SubscriptionMode::Tail, head) {
        return Err(format!("a tail of {answered} events as {mode:?}: there are {head}"));
    }
    model.check_messages(from, head, &events).map_err(|why| format!("a tail: {why}"))?;
    let mut before = head + 1;
    let mut after = 0;
    summary.pages += 1;
    while before > 1 || after < head {
        let older = page(reader, HistoryRange::Before(before), model).await?;
        let newer = page(reader, HistoryRange::After(after), model).await?;
        if older.to + 1 != before || newer.from != after + 1 {
            return Err(format!(
                "the page before {before} ends at {}, the page after {after} starts at {}",
                older.to, newer.from
            ));
        }
        (before, after) = (older.from, newer.to);
        summary.pages += 2;
    }
    Ok(())
}

async fn page(reader: &mut LogReader, span: HistoryRange, model: &Model) -> Result<HistoryPage, Violation> {
    let page = reader.history(span, PAGE_SIZE).await?;
    model
        .check_messages(page.from, page.to, &page.events)
        .map_err(|why| format!("history {span:?}: {why}"))?;
    Ok(page)
}
