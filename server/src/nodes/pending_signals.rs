//! A queue of signals that keeps the newest of each key, on its way to other nodes or from them.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::{BusItem, Signal, signal::SignalKey};

/// Lists of people can be long, so their number alone would not bound the memory.
const MAX_BYTES: usize = 16 * 1_024 * 1_024;

/// Never waits for its reader: of the signals with one key it keeps the newest, and with more keys than it may hold it forgets
/// them all and says so.
pub(crate) struct PendingSignals {
    state: Mutex<State>,
    changed: Notify,
    max_signals: usize,
}

#[derive(Default)]
struct State {
    signals: HashMap<SignalKey, Signal>,
    /// The keys of `signals`, in the order in which they came first.
    order: VecDeque<SignalKey>,
    bytes: usize,
    /// Signals were lost. None is kept until the reader knows.
    is_uncertain: bool,
}

impl PendingSignals {
    /// Creates a queue of at most `max_signals`.
    pub(crate) fn new(max_signals: usize) -> Self {
        Self { state: Mutex::default(), changed: Notify::new(), max_signals }
    }

    pub(crate) fn push(&self, signal: Signal) {
        let mut state = self.state.lock();
        if !state.is_uncertain {
            state.push(signal);
        }
        if state.signals.len() > self.max_signals || state.bytes > MAX_BYTES {
            state.lose_all();
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Notifies the reader that signals may have been lost.
    pub(crate) fn mark_uncertain(&self) {
        self.state.lock().lose_all();
        self.changed.notify_one();
    }

    /// Waits for the next item. Cancel safe.
    pub(crate) async fn next(&self) -> BusItem {
        self.wait_for(State::pop).await
    }

    /// Returns the next item, or `None` if there is none yet.
    pub(super) fn pop(&self) -> Option<BusItem> {
        self.state.lock().pop()
    }

    /// Waits for signals and returns all of them; none if they were lost. Cancel safe.
    pub(crate) async fn take_all(&self) -> Vec<Signal> {
        self.wait_for(State::take_all).await
    }

    /// Returns all signals, or `None` if there are none yet. An empty list says that they were lost.
    pub(super) fn try_take_all(&self) -> Option<Vec<Signal>> {
        self.state.lock().take_all()
    }

    async fn wait_for<T>(&self, take: impl Fn(&mut State) -> Option<T>) -> T {
        loop {
            if let Some(taken) = take(&mut self.state.lock()) {
                return taken;
            }
            self.changed.notified().await;
        }
    }
}

impl State {
    fn push(&mut self, signal: Signal) {
        let key = signal.key();
        if let Some(pending) = self.signals.get_mut(&key) {
            self.bytes -= pending.size();
            pending.merge(signal);
            self.bytes += pending.size();
        } else {
            self.bytes += signal.size();
            self.order.push_back(key.clone());
            self.signals.insert(key, signal);
        }
    }

    fn lose_all(&mut self) {
        *self = Self { is_uncertain: true, ..Self::default() };
    }

    fn pop(&mut self) -> Option<BusItem> {
        if std::mem::take(&mut self.is_uncertain) {
            return Some(BusItem::Uncertain);
        }
        let key = self.order.pop_front()?;
        let signal = self.signals.remove(&key)?;
        self.bytes -= signal.size();
        Some(BusItem::Signal(signal))
    }

    fn take_all(&mut self) -> Option<Vec<Signal>> {
        let Self { mut signals, order, is_uncertain, .. } = std::mem::take(self);
        let signals: Vec<_> = order.iter().filter_map(|key| signals.remove(key)).collect();
        (is_uncertain || !signals.is_empty()).then_some(signals)
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::{Name, Person, UserId};
    use futures::FutureExt;

    use super::*;
    use crate::nodes::{NodeId, NodePeople};

    fn head(topic: &str, seq: u64) -> Signal {
        Signal::Head { topic: topic.parse().unwrap(), seq }
    }

    fn read(user: u128, seq: u64) -> Signal {
        Signal::Read { user: UserId(uuid::Uuid::from_u128(user)), topic: "lobby".parse().unwrap(), seq }
    }

    fn people(version: u64, names: &[&str]) -> Signal {
        let person = |name: &&str| Person { user: UserId::fresh(), name: Name::parse(name).unwrap() };
        Signal::People(NodePeople {
            node: NodeId::of(1),
            version,
            topic: "lobby".parse().unwrap(),
            count: names.len() as u64,
            people: Some(names.iter().map(person).collect()),
        })
    }

    fn popped(pending: &PendingSignals) -> Vec<BusItem> {
        std::iter::from_fn(|| pending.next().now_or_never()).collect()
    }

    #[test]
    fn the_newest_head_of_a_topic_is_kept() {
        let pending = PendingSignals::new(2);
        [3, 5, 4].into_iter().for_each(|seq| pending.push(head("lobby", seq)));
        assert_eq!(pending.next().now_or_never(), Some(BusItem::Signal(head("lobby", 5))));
        assert_eq!(pending.next().now_or_never(), None);
    }

    #[test]
    fn kinds_and_people_have_keys_of_their_own_and_keep_their_order() {
        let pending = PendingSignals::new(9);
        let signals = [read(1, 5), head("lobby", 3), read(2, 4)];
        signals.iter().chain([&read(1, 4)]).for_each(|signal| pending.push(signal.clone()));
        assert_eq!(popped(&pending), signals.map(BusItem::Signal), "an old mark does not go back");
    }

    #[test]
    fn the_newest_list_of_people_is_kept_whatever_the_order() {
        let pending = PendingSignals::new(9);
        let newest = people(3, &["Ann", "Bob"]);
        [people(2, &["Ann"]), newest.clone(), people(1, &[])].into_iter().for_each(|list| pending.push(list));
        assert_eq!(popped(&pending), [BusItem::Signal(newest)]);
        assert_eq!(pending.state.lock().bytes, 0);
    }

    #[test]
    fn lists_that_are_too_long_together_are_an_uncertainty() {
        let pending = PendingSignals::new(1_000_000);
        let long = people(1, &["Ann"; 100]);
        let count = MAX_BYTES / long.size() + 1;
        for n in 0..count {
            let Signal::People(list) = long.clone() else { unreachable!("a list") };
            pending.push(Signal::People(NodePeople { node: NodeId::of(n as u64), ..list }));
        }
        assert_eq!(popped(&pending), [BusItem::Uncertain]);
    }

    #[test]
    fn all_are_taken_at_once() {
        let pending = PendingSignals::new(2);
        [("a", 1), ("b", 2)].into_iter().for_each(|(topic, seq)| pending.push(head(topic, seq)));
        assert_eq!(pending.take_all().now_or_never().unwrap().len(), 2);
        assert_eq!(pending.take_all().now_or_never(), None);
    }

    #[test]
    fn too_many_signals_are_an_uncertainty() {
        let pending = PendingSignals::new(2);
        ["a", "b", "c", "d"].into_iter().for_each(|topic| pending.push(head(topic, 1)));
        assert_eq!(pending.next().now_or_never(), Some(BusItem::Uncertain));
        assert_eq!(pending.next().now_or_never(), None);
        pending.push(head("e", 1));
        assert_eq!(pending.next().now_or_never(), Some(BusItem::Signal(head("e", 1))));
    }

    #[tokio::test]
    async fn a_reader_that_waits_is_woken() {
        let pending = std::sync::Arc::new(PendingSignals::new(2));
        let reader = tokio::spawn({
            let pending = std::sync::Arc::clone(&pending);
            async move { pending.next().await }
        });
        tokio::task::yield_now().await;
        pending.mark_uncertain();
        assert_eq!(reader.await.unwrap(), BusItem::Uncertain);
    }
}
