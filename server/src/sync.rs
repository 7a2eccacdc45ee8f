//! The synchronization primitives of the code that hands frames over between publishers and idle connections: hub, connections
//! and receipts.
//!
//! The crate `interleavings` compiles that code with the primitives of shuttle in place of these, and explores its schedules.

pub(crate) use std::sync::{
    Mutex as PoisonMutex, MutexGuard as PoisonMutexGuard,
    atomic::{AtomicBool, AtomicU64},
};

pub(crate) use futures::task::AtomicWaker;
pub(crate) use parking_lot::Mutex;
