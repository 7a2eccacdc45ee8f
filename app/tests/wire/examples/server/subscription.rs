//! Frames about subscriptions and pages of history.

use app::protocol::{Event, ServerFrame, SubscriptionMode};

use super::{
    Example,
    event::{changed, people},
};
use crate::examples::{about, draft, epoch, event, lobby};

pub(super) fn examples() -> Vec<Example> {
    let subscribed = |mode, events: Vec<Event>, head, more| ServerFrame::Subscribed {
        reference: 2,
        topic: lobby(),
        epoch: epoch(),
        head,
        draft: (mode == SubscriptionMode::Tail).then(draft),
        at: (mode == SubscriptionMode::Tail).then(|| event().at),
        mode,
        events,
        more,
        about: Some(about()),
    };
    vec![
        ("subscribed_tail", subscribed(SubscriptionMode::Tail, vec![event()], 43, true)),
        ("subscribed_resume", subscribed(SubscriptionMode::Resume, Vec::new(), 42, false)),
        ("subscribed_reset", subscribed(SubscriptionMode::Reset, Vec::new(), 0, false)),
        ("unsubscribed", ServerFrame::Unsubscribed { reference: 3, topic: lobby() }),
        (
            "history_page",
            ServerFrame::History {
                reference: 8,
                topic: lobby(),
                epoch: epoch(),
                head: 46,
                from: 43,
                to: 45,
                events: vec![changed("Hello, all", false, people())],
            },
        ),
    ]
}
