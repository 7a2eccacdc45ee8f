//! A migration that ends in the middle.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::*;

/// Goes on until it is done or was woken this often, and is dropped then, as in a process that ends. Says whether it was done.
async fn drops_after(wakes: usize, work: impl Future<Output = Result<(), DatabaseError>>) -> bool {
    let (mut work, mut left) = (pin!(work), wakes);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            done.unwrap();
            return Poll::Ready(true);
        }
        left = left.saturating_sub(1);
        if left == 0 { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}

/// Each statement wakes whoever waits for it, so every place between two statements is tried. Says how many there were.
async fn every_interruption(new: impl Fn() -> Option<TestDatabase>, step: usize) -> usize {
    for wakes in (1..).step_by(step) {
        let Some(place) = new() else { return 0 };
        let database = Database::open(place.url()).await.unwrap();
        let done = drops_after(wakes, database.migrate()).await;
        // What the connection was doing then is over once it is closed: in a process that ends nothing goes on beside the next.
        database.close().await;
        let again = Database::open(place.url()).await.unwrap();
        again.migrate().await.unwrap_or_else(|error| panic!("after {wakes} wakes: {error}"));
        assert!(again.migrations().await.unwrap().iter().all(|(_, taken)| *taken));
        again.close().await;
        if done {
            return wakes;
        }
    }
    unreachable!("a migration ends")
}

#[tokio::test]
async fn a_migration_that_is_interrupted_anywhere_is_taken_by_the_next_start_in_sqlite() {
    let wakes = every_interruption(|| Some(testing::sqlite()), 1).await;
    assert!(wakes > 30, "only {wakes} places were tried");
}

#[tokio::test]
async fn a_migration_that_is_interrupted_is_taken_by_the_next_start_in_postgres() {
    every_interruption(testing::postgres, 9).await;
}
