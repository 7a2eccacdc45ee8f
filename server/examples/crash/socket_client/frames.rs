//! Handles the frames that a WebSocket client receives.

use app::protocol::{ErrorCode, Membership, ServerFrame, SubscriptionMode, TopicName, UserId};

use super::SocketClient;
use crate::{
    Violation,
    reference::{Reference, ReferenceKind},
    topic_state::{Request, TopicState},
};

impl SocketClient {
    pub(super) fn handle(&mut self, frame: ServerFrame) -> Result<(), Violation> {
        match frame {
            ServerFrame::Welcome { user, topics, .. } => {
                self.welcomed(user)?;
                topics.iter().try_for_each(|membership| self.confirm_read(membership))
            }
            ServerFrame::Subscribed { topic, mode, epoch, head, draft, at, events, more, .. } => {
                let counters = &self.shared.counters;
                let connection = self.connection;
                match mode {
                    SubscriptionMode::Tail => {}
                    SubscriptionMode::Resume => counters.resumed.increment(),
                    SubscriptionMode::Reset => counters.resets.increment(),
                }
                let state = state_of(&mut self.states, &topic)?;
                events.iter().try_for_each(|event| state.received(&self.shared, event, connection))?;
                let newest = self.shared.identity(draft, at);
                state.view.subscribed(mode, epoch, head, newest, events, more)?;
                state.subscribed(&self.shared, head)
            }
            ServerFrame::Event(event) => {
                let state = state_of(&mut self.states, &event.topic)?;
                state.received(&self.shared, &event, self.connection)?;
                state.view.apply(event)?;
                state.caught_up(&self.shared);
                Ok(())
            }
            ServerFrame::Ack { reference, draft, seq, duplicate, topic } => {
                let Reference { kind, topic: index, index: request } = reference.into();
                let state = state_of(&mut self.states, &topic)?;
                if state.index != index || !matches!(kind, ReferenceKind::Draft | ReferenceKind::Conflict) {
                    return Err(format!("an ack in {topic} of a request in topic {index}: {kind:?}"));
                }
                let request = Request { index: request, is_conflict: kind == ReferenceKind::Conflict };
                state.acked(&self.shared, request, (draft, seq), duplicate)
            }
            ServerFrame::Found { reference, hits, complete, .. } => {
                let Reference { topic, index, .. } = reference.into();
                let check = self.searches.remove(&index).ok_or("an answer to no search")?;
                let conclusive = check.check(&self.states[topic].operations, &hits, complete)?;
                self.shared.counters.searched(conclusive);
                Ok(())
            }
            ServerFrame::Error { reference: Some(reference), code, message, .. } => {
                self.refused(reference.into(), code, &message)
            }
            ServerFrame::Drain { .. } => {
                self.shared.counters.drains.increment();
                Ok(())
            }
            ServerFrame::Membership { reference: None, membership } => self.confirm_read(&membership),
            // Authors follow the topics that they publish in, so the server sends them heads.
            ServerFrame::Presence { .. } | ServerFrame::Heads { .. } | ServerFrame::Ping { .. } => Ok(()),
            other => Err(format!("unexpected frame {other:?}")),
        }
    }

    fn welcomed(&mut self, user: UserId) -> Result<(), Violation> {
        for state in &mut self.states {
            match state.operations.user.replace(user) {
                Some(before) if before != user => {
                    return Err(format!("user {before} is {user} now: a session is lost"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn confirm_read(&mut self, membership: &Membership) -> Result<(), Violation> {
        let state = state_of(&mut self.states, &membership.topic)?;
        state.confirm_read(&self.shared, membership, self.life)
    }

    fn refused(&mut self, reference: Reference, code: ErrorCode, message: &str) -> Result<(), Violation> {
        let Reference { kind, topic, index } = reference;
        if kind == ReferenceKind::Search && matches!(code, ErrorCode::Unavailable) {
            // A busy machine may need longer for a search than the server allows.
            self.searches.remove(&index);
            self.shared.counters.searched(false);
            return Ok(());
        }
        if code == ErrorCode::Unavailable && self.shared.server.may_be_unavailable {
            // It reconnects, and sends the draft again then.
            self.shared.counters.unavailable.increment();
            self.shared.server.refused(self.life);
            self.should_reconnect = true;
            return Ok(());
        }
        if code == ErrorCode::Unavailable {
            return Err(format!("the database works, and the server says it is unavailable: {message}"));
        }
        let state = self.states.get_mut(topic).ok_or_else(|| format!("{code:?} for no topic: {message}"))?;
        if !matches!(kind, ReferenceKind::Draft | ReferenceKind::Conflict) {
            return Err(format!("{kind:?} in {}: {code:?} {message}", state.topic));
        }
        state.refused(
            &self.shared,
            Request { index, is_conflict: kind == ReferenceKind::Conflict },
            code,
            message,
        )
    }
}

fn state_of<'a>(states: &'a mut [TopicState], topic: &TopicName) -> Result<&'a mut TopicState, Violation> {
    let state = states.iter_mut().find(|state| state.topic == *topic);
    state.ok_or_else(|| format!("a frame of {topic}, which this client has not subscribed to"))
}
