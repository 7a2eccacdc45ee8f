//! Chooses an author's next operation.

use app::protocol::{AboutChange, Action, Emoji, Event};

use crate::{
    operation_log::{OperationLog, Outcome},
    random::Random,
    searches::SearchCheck,
    topic_state::TopicState,
};

const EMOJI: [&str; 4] = ["👍", "🎉", "❤️", "🇩🇪"];
/// Changes apply to one of the newest messages, as many as this.
const CHANGE_WINDOW: usize = 40;

pub(crate) enum Step {
    /// A new draft.
    New(Action),
    /// Sends a stored draft again. The server must answer as before.
    Retry(usize),
    /// Other content under a stored draft. The server must refuse it, unless the stored text was edited or deleted since and
    /// cannot be compared any more.
    Conflict(usize, Action),
    /// Reports that everything up to this `seq` is read.
    Read(u64),
    /// Searches for one of the author's texts.
    Search(SearchCheck),
}

/// Chooses the next step in a topic. Some must be refused: edits of other authors' messages, edits with an old revision, and the
/// creation of a topic that exists. Texts mention one of `authors`. Returns `None` if there is no message or draft of the chosen
/// kind yet.
pub(crate) fn next_step(random: &mut Random, state: &TopicState, authors: usize) -> Option<Step> {
    let TopicState { topic, view, operations, .. } = state;
    let any = |mine: Option<bool>| {
        let me = operations.user;
        let fits = move |event: &&Event| mine.is_none_or(|mine| (Some(event.author.user) == me) == mine);
        view.messages.values().rev().take(CHANGE_WINDOW).filter(fits).collect::<Vec<_>>()
    };
    let body = body(random, authors);
    if view.applied == 0 && random.one_in(2) {
        return Some(Step::New(describe(random, true)?));
    }
    let next = match random.below(100) {
        0..46 => Step::New(Action::Publish { body, reply_to: None }),
        46..60 => Step::New(edit(random.pick(&any(Some(true)))?, body)),
        60..67 => {
            let event = random.pick(&any(Some(true))).copied()?;
            Step::New(Action::Delete { message: event.seq, revision: event.revision() })
        }
        67..84 => Step::New(react(random, &any(None))?),
        84..86 => Step::New(edit(random.pick(&any(Some(false)))?, body)),
        86..88 => {
            let message = random.pick(&any(Some(true)))?.seq;
            Step::New(Action::Edit { message, revision: message, body })
        }
        88..89 => {
            let creates = random.one_in(3);
            Step::New(describe(random, creates)?)
        }
        89..91 => Step::Read(random.below(view.applied + 1)),
        91..94 => Step::Search(SearchCheck::choose(random, topic, operations)?),
        94..97 => Step::Retry(stored(random, operations)?),
        _ => Step::Conflict(stored(random, operations)?, Action::Publish { body, reply_to: None }),
    };
    Some(next)
}

/// Begins with a word that no other text has (see [`crate::searches::WORD_CHARS`]).
fn body(random: &mut Random, authors: usize) -> String {
    let mention = match random.below(8) {
        0 => format!(", @{}", author_name(random.below(authors as u64) as usize)),
        _ => String::new(),
    };
    format!("{:016x}: the quick brown fox{mention}", random.next())
}

/// The name of an author, by which texts mention them.
pub(crate) fn author_name(n: usize) -> String {
    format!("author{n}")
}

fn edit(event: &Event, body: String) -> Action {
    Action::Edit { message: event.seq, revision: event.revision(), body }
}

fn react(random: &mut Random, among: &[&Event]) -> Option<Action> {
    let message = random.pick(among)?.seq;
    let emoji = Emoji::try_from((*random.pick(&EMOJI)?).to_owned()).ok()?;
    Some(Action::React { message, emoji, on: !random.one_in(3) })
}

fn describe(random: &mut Random, new: bool) -> Option<Action> {
    let title = format!("Title {:x}", random.next());
    let description = format!("Description {:x}", random.next());
    let given = if new { 0 } else { random.below(3) };
    let change = AboutChange::parse(
        Some(title.as_str()).filter(|_| given != 1),
        Some(description.as_str()).filter(|_| given != 2),
    );
    Some(Action::Describe { change: change.ok()??, new })
}

fn stored(random: &mut Random, operations: &OperationLog) -> Option<usize> {
    let index = random.below(operations.entries.len() as u64) as usize;
    matches!(operations.entries.get(index)?.outcome, Outcome::Stored(_)).then_some(index)
}
