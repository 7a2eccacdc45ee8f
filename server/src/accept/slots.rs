//! Limits the number of open connections, in total and per address.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::{
    sync::{Notify, futures::Notified},
    time::timeout,
};

use super::{peer::limit_key, turns::Turns};

/// How long a new connection waits for a slot.
const SLOT_TIMEOUT: Duration = Duration::from_millis(500);

/// The maximum numbers of open connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct SlotLimits {
    /// Of all kinds: bounded by the file descriptors.
    pub(super) all: usize,
    /// Of those that are neither a WebSocket nor an event stream.
    pub(super) http: usize,
    /// Of all kinds, per address; 0 means no limit.
    pub(super) per_address: usize,
}

/// The limit that a new connection would exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSlot {
    ServerFull,
    AddressFull,
}

/// Counts open connections.
#[derive(Debug)]
pub(super) struct ConnectionSlots {
    limits: SlotLimits,
    counts: Mutex<Counts>,
    /// Wakes the connection that has been idle for longest.
    eviction: Notify,
    slot_freed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    http: usize,
    /// Connections without a request in flight.
    idle: usize,
    addresses: HashMap<IpAddr, OfAddress>,
}

/// The connections of an address.
#[derive(Debug, Default)]
struct OfAddress {
    open: usize,
    turns: Turns,
}

/// Counts an open connection until it is dropped.
#[derive(Debug)]
pub struct ConnectionSlot {
    slots: Arc<ConnectionSlots>,
    /// The address that the connection counts for.
    address: Option<IpAddr>,
    /// The connection counts as neither a WebSocket nor an event stream.
    is_http: bool,
}

/// Counts a connection as idle until it is dropped.
pub(super) struct IdleGuard<'a>(&'a ConnectionSlots);

impl ConnectionSlots {
    pub(super) fn new(limits: SlotLimits) -> Self {
        Self { limits, counts: Mutex::default(), eviction: Notify::new(), slot_freed: Notify::new() }
    }

    /// Takes a slot for a connection from this address; `None` stands for a reverse proxy, whose limit per address is off. When the
    /// server is full, evicts the connection that has been idle for longest and waits for its slot. The listener's loop waits
    /// too, which keeps further connections in the kernel's queue: a burst is served as fast as slots become free.
    pub(super) async fn acquire(self: &Arc<Self>, address: Option<IpAddr>) -> Result<ConnectionSlot, NoSlot> {
        match self.try_acquire(address) {
            Err(NoSlot::ServerFull) => {
                self.evict_idle();
                timeout(SLOT_TIMEOUT, self.wait_for_slot(address)).await.unwrap_or(Err(NoSlot::ServerFull))
            }
            result => result,
        }
    }

    /// Returns the number of open connections that are neither a WebSocket nor an event stream.
    pub(super) fn http_count(&self) -> usize {
        self.counts.lock().http
    }

    async fn wait_for_slot(self: &Arc<Self>, address: Option<IpAddr>) -> Result<ConnectionSlot, NoSlot> {
        loop {
            self.slot_freed.notified().await;
            match self.try_acquire(address) {
                Err(NoSlot::ServerFull) => {}
                result => return result,
            }
        }
    }

    /// Counts a connection without a request in flight as idle until the guard is dropped.
    pub(super) fn mark_idle(&self) -> IdleGuard<'_> {
        self.counts.lock().idle += 1;
        IdleGuard(self)
    }

    /// Resolves when an idle connection has to end. The connection that has waited longest is notified first.
    pub(super) fn eviction(&self) -> Notified<'_> {
        self.eviction.notified()
    }

    /// Returns whether there is no free slot: otherwise an idle connection that was notified may stay.
    pub(super) fn is_full(&self) -> bool {
        self.counts.lock().is_full(&self.limits)
    }

    /// Notifies the connection that has been idle for longest, if there is one. If it receives a request instead, the
    /// notification passes to the next one.
    pub(super) fn evict_idle(&self) {
        if self.counts.lock().idle > 0 {
            self.eviction.notify_one();
        }
    }

    fn try_acquire(self: &Arc<Self>, address: Option<IpAddr>) -> Result<ConnectionSlot, NoSlot> {
        let address = address.map(limit_key);
        let mut counts = self.counts.lock();
        if counts.is_full(&self.limits) {
            return Err(NoSlot::ServerFull);
        }
        if let Some(address) = address {
            let of_address = counts.addresses.entry(address).or_default();
            if self.limits.is_reached(address, of_address.open) {
                return Err(NoSlot::AddressFull);
            }
            of_address.open += 1;
        }
        counts.all += 1;
        counts.http += 1;
        Ok(ConnectionSlot { slots: Arc::clone(self), address, is_http: true })
    }
}

impl SlotLimits {
    /// Whether an address has as many connections as it may. A program on this machine is most likely a proxy, or else the operator's.
    fn is_reached(&self, address: IpAddr, open: usize) -> bool {
        self.per_address > 0 && open >= self.per_address && !address.is_loopback()
    }
}

impl Counts {
    fn is_full(&self, limits: &SlotLimits) -> bool {
        self.all >= limits.all || self.http >= limits.http
    }

    fn release(&mut self, address: IpAddr) {
        if let Some(of_address) = self.addresses.get_mut(&address) {
            of_address.open -= 1;
            if of_address.open == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

impl ConnectionSlot {
    /// Returns the turns of the connection's address. A reverse proxy has none, since it stands for many clients.
    pub(super) fn turns(&self) -> Option<Turns> {
        let counts = self.slots.counts.lock();
        Some(counts.addresses.get(&self.address?)?.turns.clone())
    }

    /// Stops counting the connection as HTTP: it has become a WebSocket or an event stream, which have a limit of their own.
    pub(crate) fn mark_long_lived(&mut self) {
        if std::mem::take(&mut self.is_http) {
            self.slots.counts.lock().http -= 1;
            self.slots.slot_freed.notify_one();
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.mark_long_lived();
        let mut counts = self.slots.counts.lock();
        counts.all -= 1;
        if let Some(address) = self.address {
            counts.release(address);
        }
        drop(counts);
        self.slots.slot_freed.notify_one();
    }
}

impl Drop for IdleGuard<'_> {
    fn drop(&mut self) {
        self.0.counts.lock().idle -= 1;
    }
}

#[cfg(test)]
mod tests;
