//! The people of one topic, and what is still to be told of them.

use std::collections::{HashMap, VecDeque};

use app::protocol::{Name, Person, TopicName, UserId};
use tokio::time::Instant;

use crate::chat::delivery::{Change, Lines};

#[derive(Default)]
pub(super) struct People {
    here: HashMap<UserId, Here>,
    /// Came since it was last told.
    joined: HashMap<UserId, Name>,
    /// Left since it was last told.
    left: HashMap<UserId, Name>,
    /// Who may be back, and until when each is waited for. Each is in it once.
    leaving: VecDeque<(Instant, UserId)>,
    /// How many were told to be here.
    told: u64,
    /// The plain dialect knows no grace.
    lines: Lines,
    /// Connections that hear in the plain dialect.
    plain: usize,
    /// It will be told soon.
    pub(super) folding: bool,
}

/// Somebody who is there.
struct Here {
    connections: usize,
    name: Name,
    /// Until when they are waited for, once they had no connection.
    until: Option<Instant>,
    waited_for: bool,
}

impl People {
    pub(super) fn here(&self) -> u64 {
        self.here.len() as u64
    }

    pub(super) fn is_large(&self, large: usize) -> bool {
        self.here.len() > large
    }

    /// Nobody is there, and nobody is waited for.
    pub(super) fn is_gone(&self) -> bool {
        self.here.is_empty() && self.leaving.is_empty()
    }

    pub(super) fn first(&self, most: usize) -> Vec<Person> {
        let mut people: Vec<_> =
            self.here.iter().map(|(user, here)| (here.name.as_str(), *user, here)).collect();
        let order = |a: &(&str, UserId, &Here), b: &(&str, UserId, &Here)| (a.0, a.1).cmp(&(b.0, b.1));
        if people.len() > most {
            people.select_nth_unstable_by(most, order);
            people.truncate(most);
        }
        people.sort_unstable_by(order);
        people.into_iter().map(|(_, user, here)| Person { user, name: here.name.clone() }).collect()
    }

    pub(super) fn after(&self, after: Option<UserId>, most: usize) -> Vec<Person> {
        let later = self.here.iter().filter(|(user, _)| after.is_none_or(|after| **user > after));
        let mut people: Vec<_> = later.map(|(user, here)| (*user, here)).collect();
        people.sort_unstable_by_key(|(user, _)| *user);
        people.truncate(most);
        people.into_iter().map(|(user, here)| Person { user, name: here.name.clone() }).collect()
    }

    pub(super) fn enter(&mut self, user: UserId, name: &Name, plain: bool) {
        self.plain += usize::from(plain);
        let joined = &mut self.joined;
        let here = self.here.entry(user).or_insert_with(|| {
            joined.insert(user, name.clone());
            Here { connections: 0, name: name.clone(), until: None, waited_for: false }
        });
        here.connections += 1;
        here.until = None;
        // Whoever left and was not told to has not left.
        if self.left.remove(&user).is_some() {
            joined.remove(&user);
        }
        if here.connections == 1 && !self.lines.left.remove(&user) {
            self.lines.joined.insert(user);
        }
    }

    pub(super) fn rename(&mut self, user: UserId, name: &Name) {
        let here = self.here.get_mut(&user).map(|here| &mut here.name);
        here.into_iter().chain(self.joined.get_mut(&user)).for_each(|held| *held = name.clone());
    }

    /// A connection ends. Says whether somebody has to see off who does not come back.
    pub(super) fn leave(&mut self, user: UserId, plain: bool, until: Instant) -> bool {
        self.plain -= usize::from(plain);
        let Some(here) = self.here.get_mut(&user) else { return false };
        here.connections -= 1;
        if here.connections > 0 {
            return false;
        }
        here.until = Some(until);
        if !self.lines.joined.remove(&user) {
            self.lines.left.insert(user);
        }
        if std::mem::replace(&mut here.waited_for, true) {
            return false;
        }
        self.leaving.push_back((until, user));
        self.leaving.len() == 1
    }

    /// Whoever is not back by now has left. When to look again.
    pub(super) fn see_off(&mut self, now: Instant) -> Option<Instant> {
        while let Some((_, user)) = self.leaving.pop_front_if(|(until, _)| *until <= now) {
            let Some(here) = self.here.get_mut(&user) else { continue };
            match here.until {
                // They came back and went again.
                Some(until) if until > now => self.leaving.push_back((until, user)),
                Some(_) => self.gone(user),
                None => here.waited_for = false,
            }
        }
        self.leaving.front().map(|(until, _)| *until)
    }

    fn gone(&mut self, user: UserId) {
        if let Some(here) = self.here.remove(&user)
            && self.joined.remove(&user).is_none()
        {
            self.left.insert(user, here.name);
        }
    }

    /// What is to be told, if anything.
    pub(super) fn tell(&mut self, topic: &TopicName, large: usize) -> Option<Change> {
        // Taken as they are: after a storm nothing is left of their size.
        let (joined, left) = (std::mem::take(&mut self.joined), std::mem::take(&mut self.left));
        let (mut joined, mut left): (Vec<_>, Vec<_>) =
            (joined.into_iter().collect(), left.into_iter().collect());
        let lines = std::mem::take(&mut self.lines);
        let lines = if self.plain > 0 { lines } else { Lines::default() };
        if self.is_large(large) {
            (joined, left) = Default::default();
        }
        let here = self.here();
        let moved = std::mem::replace(&mut self.told, here) != here;
        let named = !(joined.is_empty() && left.is_empty());
        let heard = !(lines.joined.is_empty() && lines.left.is_empty());
        (moved || named || heard).then(|| Change {
            topic: topic.clone(),
            here,
            joined,
            left,
            lines,
            told: moved || named,
        })
    }
}
