//! What an acknowledgement is worth.

use clap::ValueEnum;

/// What an acknowledgement survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SyncMode {
    /// A power cut: each commit waits until the disk has it.
    Full,
    /// The end of the process, but not of the machine: commits do not wait for the disk.
    Normal,
}
