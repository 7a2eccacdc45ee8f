//! The log against everything that anybody was told.

use std::collections::{HashMap, HashSet};

use app::protocol::{Event, HistoryRange, SubscriptionMode, TopicName, UserId};

use crate::{
    Violation,
    book::{Book, Fate},
    client::Client,
    pages::{Begun, Newcomer, Past},
    program::Program,
    story::Story,
    view::View,
};

/// Messages in one page of the past: odd, so that pages begin anywhere.
const PAGE: u32 = 47;

pub(crate) struct Counted {
    pub(crate) events: u64,
    pub(crate) messages: usize,
    pub(crate) stored: usize,
    pub(crate) refused: usize,
    pub(crate) views: usize,
    pub(crate) pages: usize,
}

/// Reads the log back and compares.
pub(crate) async fn verify(
    program: &Program,
    topic: &TopicName,
    clients: &[Client],
) -> Result<Counted, Violation> {
    let mut newcomer = Newcomer::enter(program, topic).await?;
    let log = newcomer.all().await?;
    let books: HashMap<UserId, &Book> =
        clients.iter().filter_map(|client| Some((client.book.user?, &client.book))).collect();
    let story = story_of(&log, &books)?;
    let (stored, refused) = fates(&log, &books, &story)?;
    others(clients, &story)?;
    views(clients, &log, &story)?;
    let pages = past(&mut newcomer, log.len() as u64, &story).await?;
    Ok(Counted {
        events: log.len() as u64,
        messages: story.messages.len(),
        stored,
        refused,
        views: clients.len() + 1,
        pages,
    })
}

/// Each event is the next, once, and what its author wanted.
fn story_of(log: &[Event], books: &HashMap<UserId, &Book>) -> Result<Story, Violation> {
    let (mut story, mut drafts) = (Story::default(), HashSet::new());
    for (event, seq) in log.iter().zip(1..) {
        if event.seq != seq {
            return Err(format!("in the log, {} stands where {seq} should: {event:?}", event.seq));
        }
        let by = event.author.user;
        let draft = event.kind.draft().ok_or_else(|| format!("an event without a draft: {event:?}"))?;
        let entry = books.get(&by).and_then(|book| book.of(draft));
        let entry = entry.ok_or_else(|| format!("nobody wrote {event:?}"))?;
        if !drafts.insert((by, draft)) {
            return Err(format!("stored twice: {event:?}"));
        }
        if !entry.wish.became(event) {
            return Err(format!("wanted was {:?}, stored is {event:?}", entry.wish));
        }
        story.add(seq, by, draft, &entry.wish).map_err(|why| format!("{event:?}: {why}"))?;
    }
    Ok(story)
}

/// Each draft ended in the event that its ack named, or in a refusal that was right and in no event.
fn fates(log: &[Event], books: &HashMap<UserId, &Book>, story: &Story) -> Result<(usize, usize), Violation> {
    let (mut stored, mut refused) = (0, 0);
    let at: HashMap<_, _> = log.iter().map(|e| ((e.author.user, e.kind.draft()), e.seq)).collect();
    for (user, book) in books {
        for entry in &book.entries {
            let place = at.get(&(*user, Some(entry.draft)));
            match entry.fate {
                Fate::Stored(seq) if place == Some(&seq) => stored += 1,
                Fate::Stored(seq) => {
                    return Err(format!("acknowledged at {seq}, and in the log at {place:?}: {entry:?}"));
                }
                Fate::Refused(code, before)
                    if place.is_none() && story.refuses(*user, &entry.wish, code, before) =>
                {
                    refused += 1;
                }
                Fate::Refused(..) => {
                    return Err(format!("refused, and the log ({place:?}) says otherwise: {entry:?}"));
                }
                Fate::Open => return Err(format!("never answered: {entry:?}")),
            }
        }
    }
    Ok((stored, refused))
}

/// Other content under a used draft was refused, unless the text that it would differ from was edited or deleted.
fn others(clients: &[Client], story: &Story) -> Result<(), Violation> {
    for client in clients {
        for &(place, taken) in &client.others {
            let entry = &client.book.entries[place];
            let gone = match (entry.wish.target(), entry.fate) {
                (None, Fate::Stored(seq)) => story.is_rewritten(seq),
                (Some(_), _) => true,
                (None, _) => false,
            };
            if taken && !gone {
                return Err(format!("other content was taken for a retry of {entry:?}"));
            }
        }
    }
    Ok(())
}

/// What everyone made of what they heard is what stands.
fn views(clients: &[Client], log: &[Event], story: &Story) -> Result<(), Violation> {
    let head = log.len() as u64;
    let mut whole = View::whole();
    log.iter().try_for_each(|event| whole.apply(event.clone()))?;
    for view in clients.iter().map(|client| &client.view).chain([&whole]) {
        if view.have != head {
            return Err(format!("a reader has {} of {head} events", view.have));
        }
        story.holds(view.from, head, view.messages.values()).map_err(|why| format!("a live view: {why}"))?;
    }
    Ok(())
}

/// The newest messages and every page of the past, backwards and forwards, are what they say.
async fn past(newcomer: &mut Newcomer, head: u64, story: &Story) -> Result<usize, Violation> {
    let Begun { mode, events, head: told, more, .. } = newcomer.subscribe(None, PAGE).await?;
    let from = events.first().filter(|_| more).map_or(1, |first| first.seq);
    if (mode, told) != (SubscriptionMode::Tail, head) {
        return Err(format!("a tail of {told} events as {mode:?}: there are {head}"));
    }
    story.holds(from, head, &events).map_err(|why| format!("a tail: {why}"))?;
    let (mut before, mut after, mut pages) = (head + 1, 0, 1);
    while before > 1 || after < head {
        let older = page(newcomer, HistoryRange::Before(before), story).await?;
        let newer = page(newcomer, HistoryRange::After(after), story).await?;
        if older.to + 1 != before || newer.from != after + 1 {
            return Err(format!(
                "before {before} comes a page to {}, after {after} one from {}",
                older.to, newer.from
            ));
        }
        (before, after, pages) = (older.from, newer.to, pages + 2);
    }
    Ok(pages)
}

async fn page(newcomer: &mut Newcomer, span: HistoryRange, story: &Story) -> Result<Past, Violation> {
    let page = newcomer.past(span, PAGE).await?;
    story.holds(page.from, page.to, &page.events).map_err(|why| format!("the past {span:?}: {why}"))?;
    Ok(page)
}
