//! Notices between the messages, which are no events of the log.

use super::{Notice, Row, Timeline};
use crate::protocol::Name;

impl Timeline {
    /// Adds a notice, which is no event of the log.
    pub fn notice(&mut self, notice: Notice) {
        self.notices += 1;
        self.rows.push(Row::Notice { n: self.notices, notice });
    }

    /// Adds a notice of people who joined and left. It merges with a presence notice right before it and omits people who did both.
    pub fn presence(&mut self, came: Vec<Name>, went: Vec<Name>) {
        let last = self.rows.pop_if(|row| matches!(row, Row::Notice { notice: Notice::Presence { .. }, .. }));
        let (mut joined, mut left) = match last {
            Some(Row::Notice { notice: Notice::Presence { joined, left }, .. }) => (joined, left),
            _ => Default::default(),
        };
        move_names(came, &mut left, &mut joined);
        move_names(went, &mut joined, &mut left);
        if !(joined.is_empty() && left.is_empty()) {
            self.notice(Notice::Presence { joined, left });
        }
    }
}

/// Removes each name from one list, or adds it to the other when it was not there.
fn move_names(names: Vec<Name>, from: &mut Vec<Name>, to: &mut Vec<Name>) {
    for name in names {
        match from.iter().position(|other| *other == name) {
            Some(index) => drop(from.remove(index)),
            None if !to.contains(&name) => to.push(name),
            None => {}
        }
    }
}
