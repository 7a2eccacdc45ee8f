//! A change of a topic's title and description.

use super::Conversation;
use crate::{
    model::refusal,
    protocol::{About, AboutChange, Action, ActionFrame, ClientFrame, DraftId, ErrorCode, TopicName},
};

/// The state of a change of a topic's title and description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DescribeState {
    /// No change was requested.
    #[default]
    Idle,
    /// The change waits for the connection or for its reply.
    Sent,
    /// The change is committed.
    Done,
    /// The server refused the change, for this [reason](refusal).
    Refused(String),
}

/// The visitor's last change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DescriptionChange {
    state: DescribeState,
    /// The change that is not acknowledged yet.
    open: Option<OpenChange>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct OpenChange {
    topic: TopicName,
    /// The same in each attempt, so that the change is committed at most once.
    draft: DraftId,
    /// The title and description to create the topic with, while it is thought not to exist.
    whole: Option<About>,
    change: AboutChange,
    /// The number of the request in flight.
    request: Option<u64>,
}

impl OpenChange {
    fn action(&self) -> Action {
        match &self.whole {
            Some(about) => Action::Describe { change: about.clone().into(), new: true },
            None => Action::Describe { change: self.change.clone(), new: false },
        }
    }
}

impl Conversation {
    /// Changes the title and description of the shown topic. Only fields that differ from what the visitor saw are sent, so that a
    /// concurrent change of the other field is kept. Sent again after a lost connection. Returns `false` when nothing differs.
    pub fn describe(&mut self, seen: &About, about: About) -> bool {
        let Some(change) = AboutChange::between(seen, &about) else { return false };
        let is_new = self.current().timeline.position().is_none_or(|position| position.seq == 0);
        let topic = self.topic().clone();
        let whole = is_new.then_some(about);
        let open = OpenChange { topic, draft: DraftId::fresh(), whole, change, request: None };
        self.description = DescriptionChange { state: DescribeState::Sent, open: Some(open) };
        true
    }

    /// Returns the state of the last `describe`.
    pub fn describe_state(&self) -> &DescribeState {
        &self.description.state
    }

    /// Drops the change if it is not acknowledged. One in flight may still be committed.
    pub fn forget_description(&mut self) {
        self.description = DescriptionChange::default();
    }

    /// Returns the frame of the change, unless it is in flight.
    pub(super) fn description_frame(&mut self) -> Option<ClientFrame> {
        self.description.open.as_ref().filter(|open| open.request.is_none())?;
        let reference = self.next_request();
        let open = self.description.open.as_mut()?;
        open.request = Some(reference);
        let action = open.action();
        Some(ActionFrame { reference, topic: open.topic.clone(), draft: open.draft, action }.into())
    }
}

impl DescriptionChange {
    /// The connection was lost, and with it the reply to the request in flight.
    pub(super) fn disconnected(&mut self) {
        if let Some(open) = &mut self.open {
            open.request = None;
        }
    }

    pub(super) fn acknowledged(&mut self, reference: u64) {
        if self.open.take_if(|open| open.request == Some(reference)).is_some() {
            self.state = DescribeState::Done;
        }
    }

    /// Returns whether the request was the one of the change. A topic that turned out to exist, for instance by the visitor's own
    /// message in flight, is described instead of created.
    pub(super) fn refused(&mut self, reference: u64, code: ErrorCode, message: &str) -> bool {
        let Some(open) = self.open.as_mut().filter(|open| open.request == Some(reference)) else {
            return false;
        };
        if code == ErrorCode::Exists && open.whole.take().is_some() {
            open.request = None;
        } else {
            self.open = None;
            self.state = DescribeState::Refused(refusal::reason(code, message));
        }
        true
    }
}
