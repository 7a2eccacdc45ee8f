//! What a reader of a topic is given: how it begins, what follows, and what was before. Sockets and streams read alike.

use app::protocol::{DraftId, HistoryRange, Position, SubscriptionMode, TopicName};

use crate::event_log::{Log, Page, ReadError};

/// Events in one answer, and in one turn of catching up.
const MAX_PAGE_EVENTS: u64 = 100;
/// Bytes of text in one such page, unless a single event is larger: what one slow reader can make the server hold.
const MAX_PAGE_BYTES: usize = 128 * 1_024;
/// Bytes of text in one tail or page of the past: 30 messages of the largest default size fit.
const MAX_TAIL_BYTES: usize = 512 * 1_024;
/// The most messages in one tail or page of the past; a client that asks for more gets this many.
const MAX_TAIL_MESSAGES: u32 = 200;

/// How a subscription begins.
pub(crate) struct SubscriptionStart {
    pub(crate) mode: SubscriptionMode,
    pub(crate) page: Page,
    /// There is more: after a resume later events, otherwise older messages.
    pub(crate) more: bool,
    /// The draft of the event at the head, unless it is a resume: where the subscriber goes on from.
    pub(crate) draft: Option<DraftId>,
}

/// After a position of this history, every event follows; without one, or with one of another history, the newest.
pub(super) async fn start(
    log: &Log,
    topic: &TopicName,
    since: Option<Position>,
    tail_length: u32,
) -> Result<SubscriptionStart, ReadError> {
    let mode = if since.is_some() { SubscriptionMode::Reset } else { SubscriptionMode::Tail };
    if let Some(position) = since
        && let Some(page) = resume(log, topic, &position).await?
    {
        let more = page.to < page.head;
        return Ok(SubscriptionStart { mode: SubscriptionMode::Resume, page, more, draft: None });
    }
    let page = tail(log, topic, tail_length).await?;
    let more = page.from > 1;
    let draft = log.draft_at(topic, page.head).await?;
    Ok(SubscriptionStart { mode, page, more, draft })
}

/// The events after a position; none when it is a position of another history.
async fn resume(log: &Log, topic: &TopicName, position: &Position) -> Result<Option<Page>, ReadError> {
    let Some(draft) = position.draft.filter(|_| position.seq > 0) else {
        let page = page_after(log, topic, position.seq).await?;
        return Ok(Some(page).filter(|page| page.epoch == position.epoch && position.seq <= page.head));
    };
    // The event that the position stands on comes with those after it: one read, which a crowd shares.
    let mut page = log.since(topic, position.seq - 1, MAX_PAGE_EVENTS + 1).await?;
    if page.epoch != position.epoch || page.events.is_empty() {
        return Ok(None);
    }
    let there = page.events.remove(0);
    let there = match there.kind.draft() {
        // An event of a kind that this version does not know.
        None => log.draft_at(topic, there.seq).await?,
        draft => draft,
    };
    page.from = position.seq + 1;
    Ok(Some(page.first_bytes(MAX_PAGE_BYTES)).filter(|_| there == Some(draft)))
}

/// Whether a position is one of this history.
pub(crate) async fn contains(log: &Log, topic: &TopicName, position: &Position) -> Result<bool, ReadError> {
    Ok(resume(log, topic, position).await?.is_some())
}

/// The next page of a reader that has everything up to a place.
pub(super) async fn page_after(log: &Log, topic: &TopicName, after: u64) -> Result<Page, ReadError> {
    Ok(log.since(topic, after, MAX_PAGE_EVENTS).await?.first_bytes(MAX_PAGE_BYTES))
}

/// The newest messages.
pub(crate) async fn tail(log: &Log, topic: &TopicName, count: u32) -> Result<Page, ReadError> {
    Ok(log.tail(topic, count.min(MAX_TAIL_MESSAGES).into()).await?.last_bytes(MAX_TAIL_BYTES))
}

/// Messages of the past, cut at the end that is farther from what was asked for.
pub(crate) async fn history(
    log: &Log,
    topic: &TopicName,
    span: HistoryRange,
    limit: u32,
) -> Result<Page, ReadError> {
    let page = log.history(topic, span, limit.clamp(1, MAX_TAIL_MESSAGES).into()).await?;
    Ok(page.around_bytes(span, MAX_TAIL_BYTES))
}
