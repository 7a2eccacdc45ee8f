//! Turns of new connections: those of one address begin a few at a time.
//!
//! Without turns, a connection would wait for all that were accepted before it, for instance for the two thousand that one address
//! has just opened: tasks run in the order in which they were spawned. With turns, nearly all of those sleep, and the others' run.

use std::{future::Future, pin::Pin, sync::Arc, task::Poll};

use futures::poll;
use tokio::{sync::Semaphore, task::yield_now};

/// Connections of one address that begin at a time. Many people may share an address, and processors.
pub(super) const TURNS_PER_ADDRESS: usize = 4;

/// The turns of one address; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(TURNS_PER_ADDRESS)))
    }
}

impl Turns {
    /// Serves a connection once it is its turn. Most requests have arrived by then, and those that are refused are answered in the
    /// first poll. The turn ends after it, whatever the request waits for.
    pub(super) async fn serve<T>(self, mut connection: Pin<&mut impl Future<Output = T>>) -> T {
        // The semaphore is never closed.
        let turn = self.0.acquire().await;
        let begun = poll!(&mut connection);
        // Tasks that are ready run before the next connection of this address.
        yield_now().await;
        drop(turn);
        match begun {
            Poll::Ready(served) => served,
            Poll::Pending => connection.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, ready},
        pin::pin,
    };

    use parking_lot::Mutex;
    use tokio::task::JoinSet;

    use super::*;

    type Begun = Arc<Mutex<Vec<&'static str>>>;

    /// Spawns a connection that takes note when it begins.
    fn spawn(tasks: &mut JoinSet<()>, turns: &Turns, begun: &Begun, name: &'static str, is_done: bool) {
        let begun = Arc::clone(begun);
        let turns = turns.clone();
        tasks.spawn(async move {
            let connection = async {
                begun.lock().push(name);
                if is_done { ready(()).await } else { pending().await }
            };
            turns.serve(pin!(connection)).await;
        });
    }

    #[tokio::test]
    async fn a_connection_does_not_wait_for_those_of_another_address() {
        let begun = Begun::default();
        let mut tasks = JoinSet::new();
        let flood = Turns::default();
        (0..1_000).for_each(|_| spawn(&mut tasks, &flood, &begun, "flood", true));
        spawn(&mut tasks, &Turns::default(), &begun, "other", true);
        tasks.join_all().await;
        let begun = begun.lock();
        assert_eq!(begun.len(), 1_001);
        let place = begun.iter().position(|name| *name == "other").unwrap();
        assert!(place <= 10 * TURNS_PER_ADDRESS, "{place}");
    }

    #[tokio::test]
    async fn a_turn_ends_while_its_connection_goes_on() {
        let begun = Begun::default();
        let mut tasks = JoinSet::new();
        let turns = Turns::default();
        (0..100).for_each(|_| spawn(&mut tasks, &turns, &begun, "open", false));
        while begun.lock().len() < 100 {
            yield_now().await;
        }
        assert_eq!(tasks.len(), 100);
    }

    #[tokio::test]
    async fn a_connection_that_is_given_up_passes_its_turn_on() {
        let begun = Begun::default();
        let turns = Turns::default();
        let all = turns.0.acquire_many(TURNS_PER_ADDRESS as u32).await.unwrap();
        let mut given_up = JoinSet::new();
        spawn(&mut given_up, &turns, &begun, "given up", true);
        yield_now().await;
        given_up.shutdown().await;
        drop(all);
        turns.serve(pin!(ready(()))).await;
        assert!(begun.lock().is_empty());
    }
}
