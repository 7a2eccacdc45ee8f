//! Migrations that are interrupted.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use super::*;

/// Polls until `work` is done, or drops it after so many wake-ups, as a process that ends would. Returns whether it was done.
async fn run_for(wakes: usize, work: impl Future<Output = Result<(), DatabaseError>>) -> bool {
    let mut work = pin!(work);
    let mut left = wakes;
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

/// Interrupts a migration after 1, 1 + `step`, … wake-ups and checks that the next start completes it. Each statement wakes the
/// task, so with a step of 1 every point between two statements is tried. Returns the number of wake-ups of a whole migration.
async fn interrupt_everywhere(new: impl Fn() -> Option<TestDatabase>, step: usize) -> usize {
    for wakes in (1..).step_by(step) {
        let Some(place) = new() else { return 0 };
        let database = Database::open(place.url()).await.unwrap();
        let done = run_for(wakes, database.migrate()).await;
        // Closing waits for the statement under way: in a process that ends, nothing would run beside the next process either.
        database.close().await;
        let again = Database::open(place.url()).await.unwrap();
        again.migrate().await.unwrap_or_else(|error| panic!("after {wakes} wakes: {error}"));
        assert!(again.migrations().await.unwrap().iter().all(|(_, is_applied)| *is_applied));
        again.close().await;
        if done {
            return wakes;
        }
    }
    unreachable!("a migration ends")
}

#[tokio::test]
async fn in_sqlite_the_next_start_completes_a_migration_that_was_interrupted_anywhere() {
    let wakes = interrupt_everywhere(|| Some(testing::sqlite()), 1).await;
    assert!(wakes > 30, "only {wakes} points were tried");
}

#[tokio::test]
async fn in_postgres_the_next_start_completes_an_interrupted_migration() {
    interrupt_everywhere(testing::postgres, 9).await;
}
