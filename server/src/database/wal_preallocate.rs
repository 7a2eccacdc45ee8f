//! Fills an empty write-ahead log (WAL) with zeros. SQLite reads it as an empty log and writes over it from the beginning,
//! and a file that need not grow is quicker to write.
//!
//! SQLite reads a WAL only as far as its header and the salts of each frame are valid
//! (<https://sqlite.org/fileformat2.html#walformat>); a header of zeros is not.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write, copy, repeat},
    path::{Path, PathBuf},
};

/// The result of [`preallocate`], with the lock returned.
pub(super) struct Preallocation<L> {
    pub(super) lock: L,
    pub(super) filled: io::Result<()>,
}

/// Size of one write.
const CHUNK_BYTES: usize = 1024 * 1024;

/// Fills an empty WAL with `bytes` zeros. When the disk has no room for them, the WAL stays empty.
///
/// `lock` keeps everybody else from writing, in other processes too. The blocking thread owns it until the last zero is
/// written, even when the caller is dropped first, as in a shutdown that runs out of time: otherwise the zeros would
/// overwrite another writer's commit.
pub(super) async fn preallocate<L: Send + 'static>(
    wal: &Path,
    bytes: u64,
    lock: L,
) -> io::Result<Preallocation<L>> {
    let wal = PathBuf::from(wal);
    let preallocated = tokio::task::spawn_blocking(move || Preallocation { filled: fill(&wal, bytes), lock });
    Ok(preallocated.await?)
}

fn fill(wal: &Path, bytes: u64) -> io::Result<()> {
    // Closing a file drops the process's POSIX locks on it, but SQLite keeps its locks on other files than the WAL.
    let file = OpenOptions::new().write(true).open(wal)?;
    let filled = write_zeros(&file, bytes);
    if filled.is_err() {
        file.set_len(0)?;
    }
    filled
}

fn write_zeros(file: &File, bytes: u64) -> io::Result<()> {
    let mut writer = io::BufWriter::with_capacity(CHUNK_BYTES, file);
    copy(&mut io::Read::take(repeat(0), bytes), &mut writer)?;
    writer.flush()?;
    file.sync_all()
}
