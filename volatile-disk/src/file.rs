//! A file: its content as programs see it, and the content that is on the disk.

use std::collections::BTreeSet;

use testing::Random;

/// The unit of the kernel's write-back.
const PAGE_BYTES: usize = 4096;
/// The unit that a disk writes atomically.
const SECTOR_BYTES: usize = 512;

/// A file that may lose its unsynced writes at a power cut.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    /// The content that programs read.
    content: Vec<u8>,
    /// The content on the disk.
    on_disk: Vec<u8>,
    /// Indices of the pages that were written since the last sync, so that they may not be on the disk.
    dirty: BTreeSet<usize>,
    /// The shortest length since the last sync. The disk may already hold a truncation to it.
    shortest: usize,
}

impl File {
    pub(crate) fn len(&self) -> usize {
        self.content.len()
    }

    pub(crate) fn read(&self, offset: usize, size: usize) -> &[u8] {
        let from = offset.min(self.content.len());
        &self.content[from..offset.saturating_add(size).min(self.content.len()).max(from)]
    }

    /// Writes, and now and then writes back a dirty page, as the kernel does by itself.
    pub(crate) fn write(&mut self, offset: usize, data: &[u8], random: &mut Random) {
        let end = offset + data.len();
        if end > self.content.len() {
            self.resize(end);
        }
        self.content[offset..end].copy_from_slice(data);
        self.dirty.extend(offset / PAGE_BYTES..end.div_ceil(PAGE_BYTES));
        if random.one_in(16) {
            let page = self.dirty.iter().nth(random.below(self.dirty.len())).copied();
            page.into_iter().for_each(|page| self.write_back(page));
        }
    }

    pub(crate) fn resize(&mut self, len: usize) {
        let before = self.content.len();
        self.content.resize(len, 0);
        self.shortest = self.shortest.min(len);
        self.dirty.extend(before.min(len) / PAGE_BYTES..before.max(len).div_ceil(PAGE_BYTES));
    }

    /// Writes everything to the disk.
    pub(crate) fn sync(&mut self) {
        let dirty = std::mem::take(&mut self.dirty);
        self.settle_length(self.content.len(), self.shortest);
        dirty.into_iter().for_each(|page| self.copy(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
        self.shortest = self.content.len();
    }

    /// Cuts the power. Each unsynced page keeps its old content, is written, or is torn; the length is the old or the new one.
    /// Returns whether there were unsynced writes.
    pub(crate) fn cut(&mut self, random: &mut Random) -> bool {
        let unsynced = !self.dirty.is_empty();
        let len = random.one_of(&[self.on_disk.len(), self.content.len()]);
        let shortest = random.one_of(&[self.on_disk.len(), self.shortest]);
        self.settle_length(len, shortest);
        for page in std::mem::take(&mut self.dirty) {
            match random.below(3) {
                0 => {}
                1 => self.copy(page * PAGE_BYTES, (page + 1) * PAGE_BYTES),
                _ => self.tear(page * PAGE_BYTES, random),
            }
        }
        self.content = self.on_disk.clone();
        self.shortest = self.content.len();
        unsynced
    }

    fn write_back(&mut self, page: usize) {
        if self.shortest == self.on_disk.len() {
            self.copy(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
        }
    }

    /// Writes a random half of a page's sectors.
    fn tear(&mut self, page: usize, random: &mut Random) {
        for sector in (page..page + PAGE_BYTES).step_by(SECTOR_BYTES) {
            if random.one_in(2) {
                self.copy(sector, sector + SECTOR_BYTES);
            }
        }
    }

    /// Sets the length on the disk. Bytes after the shortest length become zero, as after a truncation.
    fn settle_length(&mut self, len: usize, shortest: usize) {
        self.on_disk.truncate(shortest);
        self.on_disk.resize(len, 0);
    }

    /// Copies a range to the disk, up to the shorter of both lengths.
    fn copy(&mut self, from: usize, to: usize) {
        let to = to.min(self.content.len()).min(self.on_disk.len());
        if from < to {
            self.on_disk[from..to].copy_from_slice(&self.content[from..to]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(seed: u64, synced: &[u8], unsynced: &[u8]) -> (File, Random) {
        let mut file = File::default();
        let mut random = Random::new(seed);
        file.write(0, synced, &mut random);
        file.sync();
        file.write(synced.len(), unsynced, &mut random);
        (file, random)
    }

    #[test]
    fn a_cut_keeps_synced_content() {
        for seed in 0..200 {
            let (mut file, mut random) = written(seed, &[7; 6000], &[8; 9000]);
            file.cut(&mut random);
            assert_eq!(file.read(0, 6000), [7; 6000]);
        }
    }

    #[test]
    fn unsynced_pages_are_lost_kept_and_torn() {
        let cut = |seed| {
            let (mut file, mut random) = written(seed, &[0; PAGE_BYTES * 2], &[]);
            file.write(0, &[1; PAGE_BYTES], &mut random);
            file.cut(&mut random);
            file.read(0, PAGE_BYTES).iter().map(|byte| usize::from(*byte)).sum::<usize>()
        };
        let sums: BTreeSet<usize> = (0..200).map(cut).collect();
        assert!(sums.contains(&0) && sums.contains(&PAGE_BYTES), "lost and kept");
        assert!(sums.iter().any(|sum| !sum.is_multiple_of(PAGE_BYTES)), "torn");
    }

    #[test]
    fn an_unsynced_length_becomes_the_old_or_the_new_one() {
        let lengths: BTreeSet<usize> = (0..200)
            .map(|seed| {
                let (mut file, mut random) = written(seed, &[7; 100], &[8; 9000]);
                file.cut(&mut random);
                file.len()
            })
            .collect();
        assert_eq!(lengths, BTreeSet::from([100, 9100]));
    }
}
