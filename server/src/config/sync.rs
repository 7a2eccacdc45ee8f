//! The durability of acknowledged messages.

use clap::ValueEnum;

/// The failure that acknowledged messages survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SyncMode {
    /// A power cut: each commit waits for the disk.
    Full,
    /// A crash of the process, but not of the machine: commits do not wait for the disk.
    Normal,
}
