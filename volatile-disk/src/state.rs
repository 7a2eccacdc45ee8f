//! The disk's folder: its names and files, as programs see them and as they are on the disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
};

use crate::file::File;
use testing::Random;

/// The first inode after the folder's (1).
const FIRST_INODE: u64 = 2;

pub(crate) struct State {
    pub(crate) files: BTreeMap<u64, File>,
    pub(crate) names: BTreeMap<OsString, u64>,
    names_on_disk: BTreeMap<OsString, u64>,
    next_inode: u64,
    pub(crate) random: Random,
    pub(crate) syncs: u64,
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        Self {
            files: BTreeMap::new(),
            names: BTreeMap::new(),
            names_on_disk: BTreeMap::new(),
            next_inode: FIRST_INODE,
            random,
            syncs: 0,
        }
    }

    pub(crate) fn create(&mut self, name: &OsStr) -> u64 {
        let inode = self.next_inode;
        self.next_inode += 1;
        self.files.insert(inode, File::default());
        self.names.insert(name.to_owned(), inode);
        inode
    }

    pub(crate) fn write(&mut self, inode: u64, offset: usize, data: &[u8]) -> Option<()> {
        self.files.get_mut(&inode)?.write(offset, data, &mut self.random);
        Some(())
    }

    /// Syncs a file together with its name, as journaling file systems do.
    pub(crate) fn sync(&mut self, inode: u64) -> Option<()> {
        self.files.get_mut(&inode)?.sync();
        self.syncs += 1;
        let name = self.names.iter().find(|(_, of)| **of == inode);
        self.names_on_disk.extend(name.map(|(name, of)| (name.clone(), *of)));
        Some(())
    }

    pub(crate) fn sync_names(&mut self) {
        self.names_on_disk.clone_from(&self.names);
    }

    /// Cuts the power. Returns the number of files that had unsynced writes.
    pub(crate) fn cut(&mut self) -> usize {
        if self.random.one_in(2) {
            self.sync_names();
        }
        self.names.clone_from(&self.names_on_disk);
        let named: BTreeSet<u64> = self.names.values().copied().collect();
        self.files.retain(|inode, _| named.contains(inode));
        let random = &mut self.random;
        self.files.values_mut().filter_map(|file| file.cut(random).then_some(())).count()
    }
}
