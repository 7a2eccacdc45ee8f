//! A blank write-ahead log: zeros, in which SQLite finds nothing, over which it writes from the beginning, and which need not
//! grow meanwhile.
//!
//! A log is read as far as its header and the marks of each page hold (<https://sqlite.org/fileformat2.html#walformat>);
//! a header of zeros says that there is nothing.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write, copy, repeat},
    path::{Path, PathBuf},
};

/// Bytes that are written at once.
const PIECE: usize = 1024 * 1024;

/// Fills an empty log with `room` bytes. Where there is no place on the disk, the log stays empty.
///
/// `lock` keeps everybody else from writing. The thread that writes the zeros owns it until the last one is written, also when
/// the caller is dropped meanwhile, as in a shutdown that runs out of time: zeros would go over another one's commit.
pub(super) async fn blank<L: Send + 'static>(
    wal: &Path,
    room: u64,
    lock: L,
) -> io::Result<(L, io::Result<()>)> {
    let wal = PathBuf::from(wal);
    Ok(tokio::task::spawn_blocking(move || (fill(&wal, room), lock))
        .await
        .map(|(filled, lock)| (lock, filled))?)
}

fn fill(wal: &Path, room: u64) -> io::Result<()> {
    // SQLite has its locks on other files: they are not lost when this one is closed.
    let file = OpenOptions::new().write(true).open(wal)?;
    let filled = zeros(&file, room);
    if filled.is_err() {
        file.set_len(0)?;
    }
    filled
}

fn zeros(file: &File, room: u64) -> io::Result<()> {
    let mut pieces = io::BufWriter::with_capacity(PIECE, file);
    copy(&mut io::Read::take(repeat(0), room), &mut pieces)?;
    pieces.flush()?;
    file.sync_all()
}
