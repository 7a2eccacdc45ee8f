//! Chooses an author's next operation.

use app::protocol::{Action, Emoji, Event, EventKind, UserId};

use crate::{
    client_view::ClientView,
    operation_log::{OperationLog, Outcome},
    random::Random,
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
}

/// Chooses the next step. Some must be refused: edits of other authors' messages and edits with an old revision. Returns `None`
/// if there is no message or draft of the chosen kind yet.
pub(crate) fn next_step(random: &mut Random, view: &ClientView, operations: &OperationLog) -> Option<Step> {
    let any = |mine: Option<bool>| {
        let me = operations.user;
        let fits = move |event: &&Event| mine.is_none_or(|mine| (Some(event.author.user) == me) == mine);
        view.messages.values().rev().take(CHANGE_WINDOW).filter(fits).collect::<Vec<_>>()
    };
    let body = format!("{:016x}: the quick brown fox", random.next());
    let next = match random.below(100) {
        0..50 => Step::New(Action::Publish { body, reply_to: None }),
        50..65 => Step::New(edit(random.pick(&any(Some(true)))?, body)),
        65..72 => {
            let event = random.pick(&any(Some(true))).copied()?;
            Step::New(Action::Delete { message: event.seq, revision: event.revision() })
        }
        72..91 => Step::New(react(random, &any(None))?),
        91..93 => Step::New(edit(random.pick(&any(Some(false)))?, body)),
        93..95 => {
            let message = random.pick(&any(Some(true)))?.seq;
            Step::New(Action::Edit { message, revision: message, body })
        }
        95..98 => Step::Retry(stored(random, operations)?),
        _ => Step::Conflict(stored(random, operations)?, Action::Publish { body, reply_to: None }),
    };
    Some(next)
}

fn edit(event: &Event, body: String) -> Action {
    Action::Edit { message: event.seq, revision: event.revision(), body }
}

fn react(random: &mut Random, among: &[&Event]) -> Option<Action> {
    let message = random.pick(among)?.seq;
    let emoji = Emoji::try_from((*random.pick(&EMOJI)?).to_owned()).ok()?;
    Some(Action::React { message, emoji, on: !random.one_in(3) })
}

fn stored(random: &mut Random, operations: &OperationLog) -> Option<usize> {
    let index = random.below(operations.entries.len() as u64) as usize;
    matches!(operations.entries.get(index)?.outcome, Outcome::Stored(_)).then_some(index)
}

pub(crate) fn is_by(event: &Event, user: Option<UserId>) -> bool {
    Some(event.author.user) == user && event.kind != EventKind::Unknown
}
