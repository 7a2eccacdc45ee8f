//! Gaps: how slices of the log fill them, and how old rows become one.

use super::{Gap, LogSlice, Row, Timeline};

impl Timeline {
    /// Fills gaps with a slice of the log. Rows outside of gaps stay as they are.
    pub fn fill(&mut self, mut part: LogSlice) {
        self.layout_version += 1;
        self.state_seq = self.state_seq.max(part.head);
        for event in &mut part.events {
            self.late_changes
                .iter()
                .rev()
                .filter(|late| late.seq > part.head)
                .for_each(|late| event.apply(late));
        }
        self.slice_starts.extend(self.rows.windows(2).filter_map(message_after_gap));
        let rows = std::mem::take(&mut self.rows);
        for row in rows {
            match row {
                Row::Gap(gap) => self.rows.extend(gap.split_by(&part)),
                other => self.rows.push(other),
            }
        }
    }

    /// Whether no gap lies between the first loaded message and the newest.
    pub fn is_gapless(&self) -> bool {
        self.last_inner_gap().is_none()
    }

    /// Drops all rows above the last gap; together they become one gap.
    pub fn drop_before_last_gap(&mut self) {
        if let Some(index) = self.last_inner_gap() {
            self.drop_oldest(index + 1);
        }
    }

    /// When there are more than `max_rows`, turns the oldest into a gap, down to three quarters of `max_rows`. The slack keeps
    /// this from happening at every message.
    pub fn trim(&mut self, max_rows: usize) {
        if self.rows.len() <= max_rows {
            return;
        }
        self.drop_oldest(self.rows.len() - max_rows * 3 / 4);
    }

    fn last_inner_gap(&self) -> Option<usize> {
        self.rows.iter().rposition(|row| matches!(row, Row::Gap(gap) if gap.after > 0))
    }

    fn drop_oldest(&mut self, rows: usize) {
        self.layout_version += 1;
        self.rows.drain(..rows);
        let first = self.rows.iter().find_map(Row::first_seq).unwrap_or(self.last_seq + 1);
        self.rows.splice(0..0, Gap { after: 0, before: first }.row());
    }
}

/// Returns the `seq` of a message that follows a gap.
fn message_after_gap(rows: &[Row]) -> Option<u64> {
    let [Row::Gap(_), Row::Message(event)] = rows else { return None };
    Some(event.seq)
}
