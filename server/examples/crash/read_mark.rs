//! A person's read mark in one topic, as the server has confirmed it.

use std::time::Instant;

use app::protocol::Membership;

use crate::{Violation, server_life::ServerLife};

#[derive(Default)]
pub(crate) struct ReadMark {
    /// The values that the server reported and has not lost, with the time of each.
    confirmed: Vec<(Instant, u64)>,
    /// The life of the server that reported the newest one.
    life: usize,
}

impl ReadMark {
    /// Checks a membership that the server reported in this life, and takes note of its mark. A mark never goes back, except
    /// that a kill may take the marks of the last seconds.
    pub(crate) fn confirm(
        &mut self,
        membership: &Membership,
        server: &ServerLife,
        life: usize,
    ) -> Result<(), Violation> {
        let floor = self.floor(server, life);
        let Membership { read, head, messages, seen, .. } = *membership;
        if read < floor {
            return Err(format!("the read mark went back from {floor}: {membership:?}"));
        }
        if read > head || seen > messages || messages > head {
            return Err(format!("a membership contradicts itself: {membership:?}"));
        }
        if read > floor {
            self.confirmed.push((Instant::now(), read));
        }
        Ok(())
    }

    /// The newest mark that this life of the server must still know.
    pub(crate) fn floor(&mut self, server: &ServerLife, life: usize) -> u64 {
        for stored_until in server.ends(self.life..life) {
            self.confirmed.retain(|(at, _)| *at <= stored_until);
        }
        self.life = self.life.max(life);
        self.confirmed.last().map_or(0, |&(_, read)| read)
    }

    /// Forgets all marks: an older copy of the database was restored.
    pub(crate) fn forget(&mut self) {
        self.confirmed.clear();
    }
}
