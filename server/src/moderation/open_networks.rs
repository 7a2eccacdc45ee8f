//! The open connections by network, so that a ban of a network closes them.

use std::{
    collections::HashMap,
    future::poll_fn,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use futures::task::AtomicWaker;
use parking_lot::Mutex;

use crate::rights::Rights;

/// The registry; cheap to clone.
#[derive(Clone, Default)]
pub(super) struct OpenNetworks(Arc<Mutex<HashMap<IpAddr, Watches>>>);

/// The connections of a network, by the address of the value.
type Watches = HashMap<usize, Arc<Watched>>;

#[derive(Default)]
struct Watched {
    is_banned: AtomicBool,
    waker: AtomicWaker,
}

/// A connection from a network. Dropping it ends the watch.
pub(crate) struct NetworkWatch {
    networks: OpenNetworks,
    network: IpAddr,
    watched: Arc<Watched>,
}

impl OpenNetworks {
    pub(super) fn watch(&self, network: IpAddr) -> NetworkWatch {
        let watched = Arc::<Watched>::default();
        self.0.lock().entry(network).or_default().insert(address_of(&watched), Arc::clone(&watched));
        NetworkWatch { networks: self.clone(), network, watched }
    }

    /// Notifies the connections of banned networks.
    pub(super) fn close_banned(&self, rights: &Rights) {
        let networks = self.0.lock();
        let banned = networks.iter().filter(|(network, _)| rights.is_network_banned(**network));
        banned.flat_map(|(_, watches)| watches.values()).for_each(|watched| watched.close());
    }
}

impl Watched {
    fn close(&self) {
        self.is_banned.store(true, Ordering::Release);
        self.waker.wake();
    }
}

fn address_of(watched: &Arc<Watched>) -> usize {
    Arc::as_ptr(watched).addr()
}

impl NetworkWatch {
    /// Ready once the network is banned.
    pub(crate) fn poll_banned(&self, cx: &Context<'_>) -> Poll<()> {
        self.watched.waker.register(cx.waker());
        if self.watched.is_banned.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Waits until the network is banned. Cancel safe.
    pub(crate) async fn banned(&self) {
        poll_fn(|cx| self.poll_banned(cx)).await;
    }
}

impl Drop for NetworkWatch {
    fn drop(&mut self) {
        let mut networks = self.networks.0.lock();
        let Some(watches) = networks.get_mut(&self.network) else { return };
        watches.remove(&address_of(&self.watched));
        if watches.is_empty() {
            networks.remove(&self.network);
        }
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::Timestamp;
    use futures::FutureExt;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_ban_notifies_all_connections_of_its_network_and_no_others() {
        let networks = OpenNetworks::default();
        let rights = Rights::everyone();
        let [here, there] = ["203.0.113.7", "203.0.113.8"].map(address);
        let (one, two, other) = (networks.watch(here), networks.watch(here), networks.watch(there));
        rights.set_network(here, Some(Timestamp(u64::MAX)));
        networks.close_banned(&rights);
        let ended = [&one, &two, &other].map(|watch| watch.banned().now_or_never().is_some());
        assert_eq!(ended, [true, true, false]);
        rights.set_network(here, None);
        assert!(networks.watch(here).banned().now_or_never().is_none(), "a connection after the ban");
    }

    #[test]
    fn connections_that_have_ended_are_forgotten() {
        let networks = OpenNetworks::default();
        let (one, two) = (networks.watch(address("::2")), networks.watch(address("::2")));
        drop(one);
        assert_eq!(networks.0.lock().values().map(HashMap::len).sum::<usize>(), 1);
        drop(two);
        assert!(networks.0.lock().is_empty());
    }
}
