//! Read marks in memory, until they are stored.

use std::collections::HashMap;

use app::protocol::{TopicName, UserId};
use parking_lot::Mutex;

/// About 5 MB.
pub(super) const MAX_MARKS: usize = 50_000;
pub(super) const MAX_MARKS_PER_PERSON: usize = 1_000;

/// A person's read marks: the last `seq` that they have read in each topic.
pub(super) type MarksByTopic = HashMap<TopicName, u64>;
pub(super) type ReadMark = (UserId, TopicName, u64);

/// Read marks that are not stored yet. A mark never goes back; it can be forgotten.
#[derive(Debug, Default)]
pub(super) struct PendingReads {
    state: Mutex<State>,
    /// Held while a batch is stored, so that two writers do not store the same marks.
    pub(super) write_lock: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    people: HashMap<UserId, MarksByTopic>,
    /// The number of marks of all people.
    count: usize,
}

impl PendingReads {
    /// Adds or raises a mark. Returns `false` when there is no room for a new one.
    pub(super) fn mark(&self, user: UserId, topic: &TopicName, seq: u64) -> bool {
        let mut state = self.state.lock();
        let is_full = state.count >= MAX_MARKS;
        let marks = state.people.get_mut(&user);
        let is_full = is_full || marks.as_ref().is_some_and(|marks| marks.len() >= MAX_MARKS_PER_PERSON);
        if let Some(mark) = marks.and_then(|marks| marks.get_mut(topic)) {
            *mark = seq.max(*mark);
            return true;
        }
        if !is_full {
            state.count += 1;
            state.people.entry(user).or_default().insert(topic.clone(), seq);
        }
        !is_full
    }

    pub(super) fn of(&self, user: UserId) -> MarksByTopic {
        self.state.lock().people.get(&user).cloned().unwrap_or_default()
    }

    /// Returns all marks and leaves them in place: readers look for them here until they are stored.
    pub(super) fn all(&self) -> Vec<ReadMark> {
        let state = self.state.lock();
        let marks = state.people.iter().flat_map(|(user, marks)| marks.iter().map(move |mark| (*user, mark)));
        marks.map(|(user, (topic, seq))| (user, topic.clone(), *seq)).collect()
    }

    /// Returns at most `max` marks, this person's first: storing them makes room for one more of theirs.
    pub(super) fn batch_for(&self, user: UserId, max: usize) -> Vec<ReadMark> {
        let state = self.state.lock();
        let own = state.people.get_key_value(&user);
        let others = state.people.iter().filter(|(other, _)| **other != user);
        let marks =
            own.into_iter().chain(others).flat_map(|(user, marks)| marks.iter().map(move |m| (user, m)));
        marks.take(max).map(|(user, (topic, seq))| (*user, topic.clone(), *seq)).collect()
    }

    /// Removes a mark.
    pub(super) fn forget(&self, user: UserId, topic: &TopicName) {
        let mark = self.state.lock().people.get(&user).and_then(|marks| marks.get(topic)).copied();
        if let Some(seq) = mark {
            self.remove_stored(&[(user, topic.clone(), seq)]);
        }
    }

    /// Returns those of these marks that are still there, with their latest values.
    pub(super) fn current(&self, marks: &[ReadMark]) -> Vec<ReadMark> {
        let state = self.state.lock();
        let latest = |user: &UserId, topic: &TopicName| state.people.get(user)?.get(topic).copied();
        let marks = marks.iter();
        marks.filter_map(|(user, topic, _)| Some((*user, topic.clone(), latest(user, topic)?))).collect()
    }

    /// Removes marks that are stored, except those that were raised meanwhile.
    pub(super) fn remove_stored(&self, marks: &[ReadMark]) {
        let mut state = self.state.lock();
        for (user, topic, seq) in marks {
            let Some(of_user) = state.people.get_mut(user) else { continue };
            if of_user.get(topic) == Some(seq) {
                of_user.remove(topic);
                let is_empty = of_user.is_empty();
                state.count -= 1;
                if is_empty {
                    state.people.remove(user);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_mark_never_goes_back_and_stays_until_its_latest_value_is_stored() {
        let pending = PendingReads::default();
        let lobby: TopicName = "lobby".parse().unwrap();
        [5, 3].into_iter().for_each(|seq| assert!(pending.mark(user(1), &lobby, seq)));
        let first = pending.all();
        assert_eq!(first, [(user(1), lobby.clone(), 5)]);
        pending.mark(user(1), &lobby, 7);
        pending.remove_stored(&first);
        assert_eq!(pending.of(user(1)).get(&lobby), Some(&7));
        pending.remove_stored(&pending.all());
        assert!(pending.all().is_empty() && pending.of(user(1)).is_empty());
    }

    #[test]
    fn a_mark_that_was_forgotten_is_not_stored_by_a_batch_from_before() {
        let pending = PendingReads::default();
        let [lobby, tea]: [TopicName; 2] = ["lobby", "tea"].map(|name| name.parse().unwrap());
        assert!(pending.mark(user(1), &lobby, 5) && pending.mark(user(1), &tea, 5));
        let batch = pending.all();
        pending.forget(user(1), &lobby);
        pending.forget(user(2), &lobby);
        pending.mark(user(1), &tea, 6);
        assert_eq!(pending.current(&batch), [(user(1), tea.clone(), 6)]);
        pending.mark(user(1), &lobby, 2);
        assert_eq!(pending.of(user(1)).get(&lobby), Some(&2), "later marks count");
    }

    #[test]
    fn a_full_store_refuses_new_marks_until_some_are_stored() {
        let pending = PendingReads::default();
        let lobby: TopicName = "lobby".parse().unwrap();
        (0..MAX_MARKS as u128).for_each(|n| assert!(pending.mark(user(n), &lobby, 1)));
        assert!(!pending.mark(user(u128::MAX), &lobby, 1));
        assert!(pending.mark(user(0), &lobby, 2), "an existing mark can be raised");
        pending.remove_stored(&pending.all());
        assert!(pending.mark(user(u128::MAX), &lobby, 1));
    }

    #[test]
    fn a_batch_begins_with_the_marks_of_the_person_who_needs_room() {
        let pending = PendingReads::default();
        (0..9).for_each(|n| assert!(pending.mark(user(n / 3), &format!("t{n}").parse().unwrap(), 1)));
        let batch = pending.batch_for(user(1), 4);
        assert_eq!((batch.len(), batch.iter().filter(|(of, ..)| *of == user(1)).count()), (4, 3));
    }

    #[test]
    fn one_person_cannot_use_all_the_room() {
        let pending = PendingReads::default();
        let lobby: TopicName = "lobby".parse().unwrap();
        let mark = |n: usize| pending.mark(user(1), &format!("t{n}").parse().unwrap(), 1);
        assert!((0..MAX_MARKS_PER_PERSON).all(mark) && !mark(MAX_MARKS_PER_PERSON));
        assert!(pending.mark(user(2), &lobby, 1));
    }
}
