//! How far people have read, until it is on the disk.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use app::protocol::{TopicName, UserId};

/// Read marks that wait at the most, about 5 MB of them.
pub(super) const MOST: usize = 50_000;
/// Of one person.
pub(super) const MOST_OF_ONE: usize = 1_000;

/// A person's read marks.
pub(super) type Marks = HashMap<TopicName, u64>;

/// Read marks that are not on the disk yet. A mark never goes back.
#[derive(Debug, Default)]
pub(super) struct Pending {
    state: Mutex<State>,
    /// Held while a batch is written: two writers would store the same marks.
    pub(super) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    people: HashMap<UserId, Marks>,
    /// How many marks there are.
    count: usize,
}

impl Pending {
    /// Takes a mark in; says no when there is no place for it.
    pub(super) fn mark(&self, user: UserId, topic: &TopicName, seq: u64) -> bool {
        let mut state = self.lock();
        let full = state.count >= MOST;
        let marks = state.people.get_mut(&user);
        let full = full || marks.as_ref().is_some_and(|marks| marks.len() >= MOST_OF_ONE);
        if let Some(mark) = marks.and_then(|marks| marks.get_mut(topic)) {
            *mark = seq.max(*mark);
            return true;
        }
        if !full {
            state.count += 1;
            state.people.entry(user).or_default().insert(topic.clone(), seq);
        }
        !full
    }

    /// What waits of a person.
    pub(super) fn of(&self, user: UserId) -> Marks {
        self.lock().people.get(&user).cloned().unwrap_or_default()
    }

    /// All that waits, without taking it out: until it is on the disk, it is to be found here.
    pub(super) fn all(&self) -> Vec<(UserId, TopicName, u64)> {
        let state = self.lock();
        let marks = state.people.iter().flat_map(|(user, marks)| marks.iter().map(move |mark| (*user, mark)));
        marks.map(|(user, (topic, seq))| (user, topic.clone(), *seq)).collect()
    }

    /// At most `most` of the marks that wait, this person's first: writing them makes room for one more of theirs.
    pub(super) fn some(&self, user: UserId, most: usize) -> Vec<(UserId, TopicName, u64)> {
        let state = self.lock();
        let own = state.people.get_key_value(&user);
        let others = state.people.iter().filter(|(other, _)| **other != user);
        let marks =
            own.into_iter().chain(others).flat_map(|(user, marks)| marks.iter().map(move |m| (user, m)));
        marks.take(most).map(|(user, (topic, seq))| (*user, topic.clone(), *seq)).collect()
    }

    /// These are on the disk. What has moved on since stays.
    pub(super) fn stored(&self, marks: &[(UserId, TopicName, u64)]) {
        let mut state = self.lock();
        for (user, topic, seq) in marks {
            let Some(of_user) = state.people.get_mut(user) else { continue };
            if of_user.get(topic) == Some(seq) {
                of_user.remove(topic);
                let done = of_user.is_empty();
                state.count -= 1;
                if done {
                    state.people.remove(user);
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_mark_never_goes_back_and_waits_until_that_very_one_is_stored() {
        let (pending, lobby): (_, TopicName) = (Pending::default(), "lobby".parse().unwrap());
        [5, 3].into_iter().for_each(|seq| assert!(pending.mark(user(1), &lobby, seq)));
        let first = pending.all();
        assert_eq!(first, [(user(1), lobby.clone(), 5)]);
        pending.mark(user(1), &lobby, 7);
        pending.stored(&first);
        assert_eq!(pending.of(user(1)).get(&lobby), Some(&7));
        pending.stored(&pending.all());
        assert!(pending.all().is_empty() && pending.of(user(1)).is_empty());
    }

    #[test]
    fn there_is_no_place_for_one_mark_too_many_and_room_again_once_they_are_stored() {
        let (pending, lobby): (_, TopicName) = (Pending::default(), "lobby".parse().unwrap());
        (0..MOST as u128).for_each(|n| assert!(pending.mark(user(n), &lobby, 1)));
        assert!(!pending.mark(user(u128::MAX), &lobby, 1));
        assert!(pending.mark(user(0), &lobby, 2), "it has its place");
        pending.stored(&pending.all());
        assert!(pending.mark(user(u128::MAX), &lobby, 1));
    }

    #[test]
    fn a_batch_begins_with_the_marks_of_the_person_who_needs_room() {
        let pending = Pending::default();
        (0..9).for_each(|n| assert!(pending.mark(user(n / 3), &format!("t{n}").parse().unwrap(), 1)));
        let some = pending.some(user(1), 4);
        assert_eq!((some.len(), some.iter().filter(|(of, ..)| *of == user(1)).count()), (4, 3));
    }

    #[test]
    fn one_person_does_not_take_all_the_room() {
        let (pending, lobby): (_, TopicName) = (Pending::default(), "lobby".parse().unwrap());
        let mark = |n: usize| pending.mark(user(1), &format!("t{n}").parse().unwrap(), 1);
        assert!((0..MOST_OF_ONE).all(mark) && !mark(MOST_OF_ONE));
        assert!(pending.mark(user(2), &lobby, 1));
    }
}
