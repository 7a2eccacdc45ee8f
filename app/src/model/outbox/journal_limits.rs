//! The limits of the browser's journal of new drafts (`storage::journal`).

/// The number of entries: a browser without IndexedDB keeps all its pending drafts there.
const MAX_ENTRIES: usize = 64;
/// The total size in UTF-16 code units: a twentieth of the usual quota.
const MAX_UNITS: usize = 256 * 1_024;

/// Whether another entry of size `new` fits beside entries of these sizes.
pub(crate) fn fits_in_journal(entries: impl Iterator<Item = usize>, new: usize) -> bool {
    let (count, units) = entries.fold((0, new), |(count, sum), size| (count + 1, sum + size));
    count < MAX_ENTRIES && units <= MAX_UNITS
}

#[cfg(test)]
mod tests {
    use std::iter::repeat_n;

    use super::*;

    #[test]
    fn the_journal_is_limited_in_entries_and_size() {
        assert!(fits_in_journal(repeat_n(1, MAX_ENTRIES - 1), 1));
        assert!(!fits_in_journal(repeat_n(1, MAX_ENTRIES), 1));
        assert!(fits_in_journal(repeat_n(MAX_UNITS / 4, 3), MAX_UNITS / 4));
        assert!(!fits_in_journal(repeat_n(MAX_UNITS / 4, 3), MAX_UNITS / 4 + 1));
    }
}
