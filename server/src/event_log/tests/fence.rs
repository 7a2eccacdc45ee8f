//! Events of people who were banned or muted after a door had let them in.

use futures::FutureExt;
use tokio::sync::Semaphore;

use super::*;
use crate::rights::{Person, Refusal};

testing::for_each_database!(
    queued_events_of_a_banned_person_are_refused_until_the_ban_is_lifted,
    a_muted_person_deletes_and_does_nothing_else,
    a_ban_waits_for_the_batch_that_is_being_stored,
);

const ANN: UserId = UserId(Uuid::from_u128(1));

fn ann(banned: Option<i64>, muted: Option<i64>) -> Person {
    Person::stored(ANN, None, banned, muted)
}

async fn queued_events_of_a_banned_person_are_refused_until_the_ban_is_lifted(place: TestDatabase) {
    let Fixture { log, .. } = fixture(place).await;
    let banned = Err(AppendError::Denied(Refusal::Banned));
    assert_eq!(log.append(message_by(1, 1, "before")).await, stored(1));
    log.fence().set(&ann(Some(i64::MAX), None)).await;
    assert_eq!(log.append(message_by(1, 2, "no")).await, banned);
    let retried = log.append(message_by(1, 1, "before")).await;
    assert_eq!(retried, Ok(Receipt { seq: 1, duplicate: true }), "it was stored before the ban");
    assert_eq!(log.append(message_by(2, 3, "Bob")).await, stored(2));
    log.fence().set(&ann(Some(1), None)).await;
    assert_eq!(log.append(message_by(1, 2, "after")).await, stored(3));
}

async fn a_muted_person_deletes_and_does_nothing_else(place: TestDatabase) {
    let Fixture { log, .. } = fixture(place).await;
    log.append(message_by(1, 1, "before")).await.unwrap();
    log.fence().set(&ann(None, Some(i64::MAX))).await;
    let muted = Err(AppendError::Denied(Refusal::Muted));
    assert_eq!(log.append(message_by(1, 2, "no")).await, muted);
    let author = message_by(1, 3, "").author;
    let action = |action| NewEvent::unchecked(topic("lobby"), author.clone(), DraftId::fresh(), action);
    let edit = Action::Edit { message: 1, revision: 1, body: "no".to_owned() };
    assert_eq!(log.append(action(edit)).await, muted);
    let delete = Action::Delete { message: 1, revision: 1 };
    assert_eq!(log.append(action(delete)).await, stored(2));
}

async fn a_ban_waits_for_the_batch_that_is_being_stored(place: TestDatabase) {
    let Fixture { log, .. } = fixture(place).await;
    let go_on = Arc::new(Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&go_on))));
    let early = log.submit(message_by(1, 1, "early")).await.unwrap();
    while log.faults().is_due() {
        tokio::task::yield_now().await;
    }
    let late = log.submit(message_by(1, 2, "late")).await.unwrap();
    let fence = log.fence().clone();
    let person = ann(Some(i64::MAX), None);
    let mut ban = Box::pin(fence.set(&person));
    assert!((&mut ban).now_or_never().is_none(), "the batch may still be stored");
    go_on.add_permits(1);
    ban.await;
    assert_eq!(early.await, stored(1), "it was before the ban");
    assert_eq!(late.await, Err(AppendError::Denied(Refusal::Banned)));
}
