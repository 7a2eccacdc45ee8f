//! Groups rows into blocks.
//!
//! When several new items come before the others, a keyed list removes every old row from the document and inserts it
//! again, and the reader loses their scroll position and focus. So the log is a list of blocks, and rows that arrive
//! together form a block of their own.

use crate::model::{
    sorted::{SortedMap, SortedSet},
    timeline::RowKey,
};

/// A block at the end with this many rows gets no more. This bounds the cost of changes there, however long the log is
/// and however much arrives at once.
const MAX_BLOCK_ROWS: usize = 50;
/// With more rows than this, those out of view are not laid out.
const MAX_FULL_LAYOUT_ROWS: usize = 100;

/// All rows in order, grouped into blocks with an id each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Blocks {
    blocks: Vec<(u64, Vec<RowKey>)>,
    count: u64,
}

impl Blocks {
    pub(super) fn ids(&self) -> Vec<u64> {
        self.blocks.iter().map(|(id, _)| *id).collect()
    }

    /// The rows of a block. Empty if it is gone.
    pub(super) fn rows(&self, id: u64) -> Vec<RowKey> {
        self.blocks.iter().find(|block| block.0 == id).map(|block| block.1.clone()).unwrap_or_default()
    }

    /// Whether there are so many rows that those out of view should cost no layout. The few rows of a new page are laid
    /// out in full, so that nothing moves and a link to a message finds it.
    pub(super) fn are_many(&self) -> bool {
        self.blocks.iter().map(|(_, rows)| rows.len()).sum::<usize>() > MAX_FULL_LAYOUT_ROWS
    }

    /// Groups rows into blocks, given the blocks before: known rows stay in their blocks, and new rows among them form
    /// blocks of their own.
    pub(super) fn of(keys: &[RowKey], before: Option<&Self>) -> Self {
        if let Some(grown) = before.and_then(|before| before.grown(keys)) {
            return grown;
        }
        let known = before.map(Self::by_row).unwrap_or_default();
        let end = keys.iter().rposition(|key| known.contains_key(key)).map_or(0, |last| last + 1);
        let first_new = before.map_or(0, |before| before.count);
        let mut all = Self { blocks: Vec::new(), count: first_new };
        let mut used = SortedSet::default();
        for (index, key) in keys.iter().enumerate() {
            let id = match (known.get(key), all.blocks.last()) {
                (Some(id), last) if last.is_some_and(|last| last.0 == *id) || !used.contains(*id) => *id,
                (None, Some((last, rows))) if may_join(rows, *last >= first_new, index >= end) => *last,
                _ => all.fresh(),
            };
            used.insert(id);
            match all.blocks.last_mut() {
                Some((last, rows)) if *last == id => rows.push(*key),
                _ => all.blocks.push((id, vec![*key])),
            }
        }
        all
    }

    /// The common case, in which rows were only appended. Returns `None` if anything else has changed.
    fn grown(&self, keys: &[RowKey]) -> Option<Self> {
        let count = self.blocks.iter().map(|(_, rows)| rows.len()).sum();
        let (old, new) = keys.split_at_checked(count)?;
        if count == 0 || !self.blocks.iter().flat_map(|(_, rows)| rows).eq(old) {
            return None;
        }
        let mut grown = self.clone();
        for key in new {
            match grown.blocks.last_mut() {
                Some((_, rows)) if may_join(rows, false, true) => rows.push(*key),
                _ => {
                    let id = grown.fresh();
                    grown.blocks.push((id, vec![*key]));
                }
            }
        }
        Some(grown)
    }

    fn by_row(&self) -> SortedMap<RowKey, u64> {
        let mut ids = SortedMap::default();
        for (id, rows) in &self.blocks {
            for row in rows {
                ids.insert(*row, *id);
            }
        }
        ids
    }

    fn fresh(&mut self) -> u64 {
        self.count += 1;
        self.count - 1
    }
}

/// Whether a new row may join the block before it. Never after a gap, which more rows will fill.
fn may_join(rows: &[RowKey], block_is_new: bool, at_end: bool) -> bool {
    let after_gap = matches!(rows.last(), Some(RowKey::Gap(_)));
    !after_gap && if at_end { rows.len() < MAX_BLOCK_ROWS } else { block_is_new }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::timeline::Gap;

    fn message(seq: u64) -> RowKey {
        RowKey::Message(0, seq)
    }

    fn gap(after: u64, before: u64) -> RowKey {
        RowKey::Gap(Gap { after, before })
    }

    fn messages(from: u64, to: u64) -> Vec<RowKey> {
        (from..=to).map(message).collect()
    }

    fn all(blocks: &Blocks) -> Vec<RowKey> {
        blocks.ids().into_iter().flat_map(|id| blocks.rows(id)).collect()
    }

    fn sizes(blocks: &Blocks) -> Vec<(u64, usize)> {
        blocks.ids().into_iter().map(|id| (id, blocks.rows(id).len())).collect()
    }

    #[test]
    fn older_rows_form_a_block_and_leave_the_others_unchanged() {
        let first = Blocks::of(&[vec![gap(0, 40)], messages(40, 69)].concat(), None);
        assert_eq!(sizes(&first), [(0, 1), (1, 30)]);
        let keys = [vec![gap(0, 10)], messages(10, 69)].concat();
        let older = Blocks::of(&keys, Some(&first));
        assert_eq!(sizes(&older), [(2, 1), (3, 30), (1, 30)]);
        assert_eq!(all(&older), keys);
    }

    #[test]
    fn new_rows_join_the_last_block_until_it_is_full() {
        let mut blocks = Blocks::of(&messages(1, 30), None);
        for head in 31..=250 {
            blocks = Blocks::of(&messages(1, head), Some(&blocks));
        }
        assert_eq!(sizes(&blocks), [(0, 50), (1, 50), (2, 50), (3, 50), (4, 50)]);
        assert_eq!(all(&blocks), messages(1, 250));
        let flooded = Blocks::of(&messages(1, 330), Some(&blocks));
        assert_eq!(sizes(&flooded)[5..], [(5, 50), (6, 30)]);
        assert_eq!(all(&flooded), messages(1, 330));
    }

    #[test]
    fn a_new_page_lays_out_all_of_its_rows() {
        let are_many = |rows| Blocks::of(&messages(1, rows), None).are_many();
        assert_eq!((are_many(100), are_many(101)), (false, true));
        let first = Blocks::of(&[vec![gap(0, 40)], messages(40, 69)].concat(), None);
        assert!(!first.are_many());
    }

    #[test]
    fn rows_that_fill_a_gap_form_a_block_between_the_others() {
        let keys = [messages(1, 5), vec![gap(5, 90)], messages(90, 95)].concat();
        let first = Blocks::of(&keys, None);
        assert_eq!(sizes(&first), [(0, 6), (1, 6)]);
        let keys = [messages(1, 20), vec![gap(20, 90)], messages(90, 95)].concat();
        let filled = Blocks::of(&keys, Some(&first));
        assert_eq!(sizes(&filled), [(0, 5), (2, 16), (1, 6)]);
        assert_eq!(all(&filled), keys);
    }

    #[test]
    fn dropped_rows_leave_the_other_blocks_unchanged() {
        let first = Blocks::of(&messages(1, 30), None);
        let keys = [vec![gap(0, 20)], messages(20, 30)].concat();
        let rest = Blocks::of(&keys, Some(&first));
        assert_eq!(sizes(&rest), [(1, 1), (0, 11)]);
        assert!(Blocks::of(&[], Some(&rest)).ids().is_empty());
    }
}
