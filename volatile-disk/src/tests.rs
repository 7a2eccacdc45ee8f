//! Tests of the mounted disk.

use std::{
    fs::{self, File},
    io::Write,
};

use crate::disk::VolatileDisk;

/// Mounts a disk. Prints a notice and returns `None` on a machine that cannot mount one.
fn disk(seed: u64) -> Option<VolatileDisk> {
    match VolatileDisk::mount(seed) {
        Ok(disk) => Some(disk),
        Err(error) => {
            crate::print_error(&format!("cannot mount with FUSE ({error}): skipped"));
            None
        }
    }
}

#[test]
fn a_file_reads_back_as_written_without_a_cut() {
    let Some(disk) = disk(1) else { return };
    let path = disk.folder().join("a");
    fs::write(&path, b"one").unwrap();
    fs::rename(&path, disk.folder().join("b")).unwrap();
    assert_eq!(fs::read(disk.folder().join("b")).unwrap(), b"one");
    assert!(!path.exists());
}

#[test]
fn a_cut_loses_only_unsynced_writes() {
    let mut lost = 0;
    for seed in 0..20 {
        let Some(mut disk) = disk(seed) else { return };
        let path = disk.folder().join("a");
        let mut file = File::create(&path).unwrap();
        file.write_all(b"synced").unwrap();
        file.sync_all().unwrap();
        file.write_all(b", and not").unwrap();
        drop(file);
        disk.cut().unwrap();
        let left = fs::read(&path).unwrap();
        assert!(left.starts_with(b"synced"), "{left:?}");
        lost += usize::from(left != b"synced, and not");
    }
    assert!(lost > 0, "no cut took anything");
}
