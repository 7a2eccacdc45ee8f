//! Pages of a topic's log as clients read them: the start of a subscription, catching up, and history. WebSockets and
//! the HTTP API share these functions and limits.

use app::protocol::{EventIdentity, HistoryRange, Position, SubscriptionMode};

use crate::{
    counters,
    event_log::{LogReader, Page, ReadError},
    rights::Readable,
};

/// Events in one page of a resume or a catch-up.
const MAX_RESUME_EVENTS: u64 = 100;
/// Bytes of text in such a page, unless a single event is larger. Bounds the memory that one slow reader holds.
const MAX_RESUME_BYTES: usize = 128 * 1_024;
/// Bytes of text in a tail or a page of history. 30 messages of the default maximum size fit.
const MAX_TAIL_BYTES: usize = 512 * 1_024;
/// Messages in a tail or a page of history; a larger request is clamped.
const MAX_TAIL_MESSAGES: u32 = 200;

/// The first page of a subscription.
pub(crate) struct SubscriptionStart {
    pub(crate) mode: SubscriptionMode,
    pub(crate) page: Page,
    /// Whether there are more events: later ones after a resume, otherwise older messages.
    pub(crate) more: bool,
    /// The event at `page.head`, which a position on it names. `None` for a resume, and in an empty log.
    pub(crate) newest: Option<EventIdentity>,
}

/// Reads the first page of a subscription: the events after `since` if that is a position of this history, otherwise
/// the newest messages.
pub(super) async fn start(
    log: &LogReader,
    topic: &Readable,
    since: Option<Position>,
    tail_length: u32,
) -> Result<SubscriptionStart, ReadError> {
    let mode = if since.is_some() { SubscriptionMode::Reset } else { SubscriptionMode::Tail };
    if let Some(position) = since
        && let Some(page) = resume(log, topic, &position).await?
    {
        counters::SUBSCRIPTIONS_RESUMED.add(1);
        let more = page.to < page.head;
        return Ok(SubscriptionStart { mode: SubscriptionMode::Resume, page, more, newest: None });
    }
    let page = tail(log, topic, tail_length).await?;
    let more = page.from > 1;
    let newest = log.identity_at(topic, page.head).await?;
    match mode {
        SubscriptionMode::Reset => counters::SUBSCRIPTIONS_RESET.add(1),
        _ => counters::SUBSCRIPTIONS_FRESH.add(1),
    }
    Ok(SubscriptionStart { mode, page, more, newest })
}

/// Returns the events after a position, or `None` if it is a position of another history.
async fn resume(log: &LogReader, topic: &Readable, position: &Position) -> Result<Option<Page>, ReadError> {
    let names_event = position.draft.is_some() || position.at.is_some();
    if position.seq == 0 || !names_event {
        let page = page_after(log, topic, position.seq).await?;
        return Ok(Some(page).filter(|page| page.epoch == position.epoch && position.seq <= page.head));
    }
    // Reads the event of the position together with those after it: one read, which concurrent subscribers share.
    let mut page = log.since(topic, position.seq - 1, MAX_RESUME_EVENTS + 1).await?;
    if page.epoch != position.epoch || page.events.is_empty() {
        return Ok(None);
    }
    let event = page.events.remove(0);
    let identity = match event.identity() {
        // An event of a kind that this version does not know.
        None => log.identity_at(topic, event.seq).await?,
        identity => identity,
    };
    page.from = position.seq + 1;
    let is_same = identity.is_some_and(|identity| position.names(identity));
    Ok(Some(page.first_bytes(MAX_RESUME_BYTES)).filter(|_| is_same))
}

/// Whether a position is one of this history.
pub(crate) async fn contains(
    log: &LogReader,
    topic: &Readable,
    position: &Position,
) -> Result<bool, ReadError> {
    Ok(resume(log, topic, position).await?.is_some())
}

/// Returns the events after a `seq`.
pub(super) async fn page_after(log: &LogReader, topic: &Readable, after: u64) -> Result<Page, ReadError> {
    Ok(log.since(topic, after, MAX_RESUME_EVENTS).await?.first_bytes(MAX_RESUME_BYTES))
}

/// Returns the newest messages.
pub(crate) async fn tail(log: &LogReader, topic: &Readable, count: u32) -> Result<Page, ReadError> {
    Ok(log.tail(topic, count.min(MAX_TAIL_MESSAGES).into()).await?.last_bytes(MAX_TAIL_BYTES))
}

/// Returns messages of a range. If they exceed the limits, the end that is farther from the requested `seq` is cut.
pub(crate) async fn history(
    log: &LogReader,
    topic: &Readable,
    span: HistoryRange,
    limit: u32,
) -> Result<Page, ReadError> {
    let page = log.history(topic, span, limit.clamp(1, MAX_TAIL_MESSAGES).into()).await?;
    Ok(page.around_bytes(span, MAX_TAIL_BYTES))
}
