//! What an author does next.

use app::protocol::{Emoji, Event, EventKind, UserId};

use crate::{
    book::{Book, Fate},
    random::Random,
    view::View,
    wish::Wish,
};

const EMOJI: [&str; 4] = ["👍", "🎉", "❤️", "🇩🇪"];
/// How far back changes reach, in messages.
const REACH: usize = 40;

/// What comes next.
pub(crate) enum Next {
    /// Something new.
    New(Wish),
    /// The same again, though it was stored: must be answered as before.
    Again(usize),
    /// Something else under a draft that was used: must be refused, unless its text is gone.
    Other(usize, Wish),
}

/// Chooses. Some of it must be refused: other people's messages, revisions of yesterday.
pub(crate) fn next(random: &mut Random, view: &View, book: &Book) -> Option<Next> {
    let any = |mine: Option<bool>| {
        let me = book.user;
        let fits = move |event: &&Event| mine.is_none_or(|mine| (Some(event.author.user) == me) == mine);
        view.messages.values().rev().take(REACH).filter(fits).collect::<Vec<_>>()
    };
    let body = format!("{:016x}: the quick brown fox", random.next());
    let next = match random.below(100) {
        0..50 => Next::New(Wish::Say { body }),
        50..65 => Next::New(edit(random.pick(&any(Some(true)))?, body)),
        65..72 => {
            let event = random.pick(&any(Some(true))).copied()?;
            Next::New(Wish::Delete { message: event.seq, revision: event.revision() })
        }
        72..91 => Next::New(react(random, &any(None))?),
        91..93 => Next::New(edit(random.pick(&any(Some(false)))?, body)),
        93..95 => {
            let message = random.pick(&any(Some(true)))?.seq;
            Next::New(Wish::Edit { message, revision: message, body })
        }
        95..98 => Next::Again(stored(random, book)?),
        _ => Next::Other(stored(random, book)?, Wish::Say { body }),
    };
    Some(next)
}

fn edit(event: &Event, body: String) -> Wish {
    Wish::Edit { message: event.seq, revision: event.revision(), body }
}

fn react(random: &mut Random, among: &[&Event]) -> Option<Wish> {
    let message = random.pick(among)?.seq;
    let emoji = Emoji::try_from((*random.pick(&EMOJI)?).to_owned()).ok()?;
    Some(Wish::React { message, emoji, on: !random.one_in(3) })
}

fn stored(random: &mut Random, book: &Book) -> Option<usize> {
    let place = random.below(book.entries.len() as u64) as usize;
    matches!(book.entries.get(place)?.fate, Fate::Stored(_)).then_some(place)
}

/// Whether an event is this person's.
pub(crate) fn is_by(event: &Event, user: Option<UserId>) -> bool {
    Some(event.author.user) == user && event.kind != EventKind::Unknown
}
