//! How many connections may be open, in all and from one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, futures::Notified},
    time::timeout,
};

use super::peer::counted_address;

/// How long a new connection waits for a place.
const ROOM_WITHIN: Duration = Duration::from_millis(500);

/// The most connections that may be open.
#[derive(Debug, Clone, Copy)]
pub(super) struct MaxOpen {
    /// Of every kind: no more descriptors are to be had.
    pub(super) all: usize,
    /// That are neither a WebSocket nor an event stream.
    pub(super) http: usize,
    /// Of every kind, from one address; 0 sets no limit.
    pub(super) per_address: usize,
}

/// Why a connection has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    Server,
    Address,
}

/// Counts open connections.
#[derive(Debug)]
pub(super) struct Places {
    max: MaxOpen,
    open: Mutex<Open>,
    /// Wakes the connection that has been spare for longest.
    wanted: Notify,
    /// A place was given back.
    freed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    http: usize,
    /// Those without a request under way.
    spare: usize,
    addresses: HashMap<IpAddr, usize>,
}

/// The place of an open connection, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: IpAddr,
    http: bool,
}

/// A connection counts as spare until this is dropped.
pub(super) struct Spare<'a>(&'a Places);

impl Places {
    pub(super) fn new(max: MaxOpen) -> Self {
        Self { max, open: Mutex::default(), wanted: Notify::new(), freed: Notify::new() }
    }

    /// A place for a connection from this address. When all are taken, the connection that has been spare for longest ends for it. Waiting
    /// keeps others in the kernel's queue, so that a crowd that comes at once is served as fast as it can be.
    pub(super) async fn admit(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        match self.take(address) {
            Err(Full::Server) => {
                self.make_room();
                timeout(ROOM_WITHIN, self.take_freed(address)).await.unwrap_or(Err(Full::Server))
            }
            taken => taken,
        }
    }

    async fn take_freed(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        loop {
            self.freed.notified().await;
            match self.take(address) {
                Err(Full::Server) => {}
                taken => return taken,
            }
        }
    }

    /// A connection has no request under way: it is spare until the guard is dropped.
    pub(super) fn spare(&self) -> Spare<'_> {
        self.open().spare += 1;
        Spare(self)
    }

    /// Resolves when a spare connection is to end; the one that has waited longest is the first.
    pub(super) fn wanted(&self) -> Notified<'_> {
        self.wanted.notified()
    }

    /// Whether a spare connection that was woken has to end indeed.
    pub(super) fn is_full(&self) -> bool {
        self.open().is_full(&self.max)
    }

    /// Asks the connection that has been spare for longest to end, if there is one. One that finds a request instead passes that on.
    pub(super) fn make_room(&self) {
        if self.open().spare > 0 {
            self.wanted.notify_one();
        }
    }

    fn take(self: &Arc<Self>, address: IpAddr) -> Result<Place, Full> {
        let address = counted_address(address);
        let mut open = self.open();
        if open.is_full(&self.max) {
            return Err(Full::Server);
        }
        // On this machine is a proxy, and behind it is everyone.
        let is_counted = self.max.per_address > 0 && !address.is_loopback();
        if is_counted {
            let of_address = open.addresses.entry(address).or_default();
            if *of_address >= self.max.per_address {
                return Err(Full::Address);
            }
            *of_address += 1;
        }
        open.all += 1;
        open.http += 1;
        Ok(Place { places: Arc::clone(self), address, http: true })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn is_full(&self, max: &MaxOpen) -> bool {
        self.all >= max.all || self.http >= max.http
    }
}

impl Place {
    /// The connection is a WebSocket or an event stream from now on, and has a seat among those.
    pub(crate) fn becomes_lasting(&mut self) {
        if std::mem::take(&mut self.http) {
            self.places.open().http -= 1;
            self.places.freed.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.becomes_lasting();
        let mut open = self.places.open();
        open.all -= 1;
        if let Some(of_address) = open.addresses.get_mut(&self.address) {
            *of_address -= 1;
            if *of_address == 0 {
                open.addresses.remove(&self.address);
            }
        }
        drop(open);
        self.places.freed.notify_one();
    }
}

impl Drop for Spare<'_> {
    fn drop(&mut self) {
        self.0.open().spare -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(all: usize, http: usize, per_address: usize) -> Arc<Places> {
        Arc::new(Places::new(MaxOpen { all, http, per_address }))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn an_address_has_so_many_and_a_home_is_one_address() {
        let places = places(100, 100, 2);
        let first = places.admit(address("2001:db8::1")).await.unwrap();
        let _second = places.admit(address("2001:db8::2:2")).await.unwrap();
        assert_eq!(places.admit(address("2001:db8::3")).await.unwrap_err(), Full::Address);
        let _neighbour = places.admit(address("2001:db8:0:1::1")).await.unwrap();
        drop(first);
        places.admit(address("2001:db8::3")).await.unwrap();
    }

    #[tokio::test]
    async fn a_proxy_on_this_machine_is_not_one_client() {
        let places = places(100, 100, 1);
        let _first = places.admit(address("127.0.0.1")).await.unwrap();
        let _second = places.admit(address("::1")).await.unwrap();
        places.admit(address("127.0.0.1")).await.unwrap();
    }

    #[tokio::test]
    async fn sockets_leave_their_place_to_requests_but_not_their_descriptor() {
        let places = places(2, 1, 0);
        let mut socket = places.admit(address("10.0.0.1")).await.unwrap();
        assert_eq!(places.admit(address("10.0.0.2")).await.unwrap_err(), Full::Server);
        socket.becomes_lasting();
        let mut other = places.admit(address("10.0.0.2")).await.unwrap();
        other.becomes_lasting();
        assert_eq!(places.admit(address("10.0.0.3")).await.unwrap_err(), Full::Server);
        drop(socket);
        places.admit(address("10.0.0.3")).await.unwrap();
    }

    #[tokio::test]
    async fn the_connection_that_was_spare_for_longest_makes_room() {
        let places = places(2, 2, 0);
        let ended = Arc::new(Mutex::new(Vec::new()));
        let mut spare = Vec::new();
        for name in ["first", "second"] {
            let (mine, place) = (Arc::clone(&places), places.admit(address("10.0.0.1")).await.unwrap());
            let (ended, began) = (Arc::clone(&ended), Arc::new(Notify::new()));
            let begins = Arc::clone(&began);
            spare.push(tokio::spawn(async move {
                let _spare = mine.spare();
                let mut wanted = std::pin::pin!(mine.wanted());
                wanted.as_mut().enable();
                begins.notify_one();
                wanted.await;
                ended.lock().unwrap().push(name);
                drop(place);
            }));
            began.notified().await;
        }
        let _third = places.admit(address("10.0.0.2")).await.unwrap();
        assert_eq!(*ended.lock().unwrap(), ["first"]);
        spare.remove(1).abort();
    }
}
