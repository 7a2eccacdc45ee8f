//! The disk whose power is cut each time the server ends, with `--power-cuts`.

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use crate::{Violation, options::Options};

/// The disk under the database (`None` without `--power-cuts`), and counts of its cuts.
#[derive(Default)]
pub(crate) struct Power {
    disk: Option<Disk>,
    cuts: u32,
    /// Cuts that happened while writes were not synced yet.
    unsynced: u32,
    syncs: u64,
}

/// The `volatile-disk` process. It unmounts and ends when its standard input is closed.
struct Disk {
    process: Child,
    /// `None` before the first read.
    output: Option<BufReader<ChildStdout>>,
    folder: PathBuf,
}

impl Power {
    /// Returns `None` and prints a notice if `--power-cuts` is set and no disk can be mounted.
    pub(crate) fn new(options: &Options, seed: u64) -> Option<Self> {
        if !options.power_cuts {
            return Some(Self::default());
        }
        match Disk::mount(&options.disk, seed) {
            Some(disk) => Some(Self { disk: Some(disk), ..Self::default() }),
            None => {
                println!("skipped: cannot mount the volatile disk (it needs Linux, /dev/fuse and root)");
                None
            }
        }
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.disk.as_ref().map(|disk| disk.folder.as_path())
    }

    /// Cuts the power. The server must have ended.
    pub(crate) fn cut(&mut self) -> Result<(), Violation> {
        let Some(disk) = &mut self.disk else { return Ok(()) };
        let (unsynced, syncs) = disk.cut().ok_or("the disk cannot be unmounted")?;
        self.cuts += 1;
        self.unsynced += u32::from(unsynced > 0);
        self.syncs = syncs;
        Ok(())
    }

    pub(crate) fn print(&self) {
        if self.disk.is_some() {
            let Self { cuts, unsynced, syncs, .. } = self;
            println!("power:        {cuts} cuts, {unsynced} of them with unsynced writes; {syncs} syncs");
        }
    }
}

impl Disk {
    fn mount(program: &Path, seed: u64) -> Option<Self> {
        let process = Command::new(program)
            .args(["--seed", &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
        let mut disk = Self { process, output: None, folder: PathBuf::new() };
        disk.folder = disk.read_line()?.into();
        Some(disk)
    }

    /// Cuts the power. Returns the number of files that had unsynced writes, and the number of syncs so far.
    fn cut(&mut self) -> Option<(u64, u64)> {
        self.process.stdin.as_mut()?.write_all(b"cut\n").ok()?;
        let answer = self.read_line()?;
        let mut numbers = answer.strip_prefix("cut ")?.split(' ').map_while(|number| number.parse().ok());
        Some((numbers.next()?, numbers.next()?))
    }

    /// Returns the next line of output, or `None` when the process has ended.
    fn read_line(&mut self) -> Option<String> {
        if self.output.is_none() {
            self.output = self.process.stdout.take().map(BufReader::new);
        }
        self.output.as_mut()?.lines().next()?.ok()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
