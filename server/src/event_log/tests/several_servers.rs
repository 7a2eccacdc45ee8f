//! Several servers on one database.

use super::*;

testing::for_each_database!(
    two_servers_on_one_database_leave_no_hole_and_tell_in_order,
    one_draft_through_two_servers_at_once_is_one_message,
    topics_that_two_servers_begin_at_once_are_begun_once,
    no_more_topics_than_may_be_begin_through_several_servers,
);

/// Of a SQLite file there is one server; PostgreSQL takes several, which tell each other nothing.
#[tokio::test]
async fn what_another_server_wrote_is_read_at_once() {
    let Some(place) = testing::postgres() else { return };
    let (one, ..) = log_in(&place, "").await;
    let (two, ..) = log_in(&place, "").await;
    for n in 1..=5_u64 {
        assert_eq!(two.append(by(1, n.into(), "x")).await, new(n));
        assert_eq!(one.tail(&topic("lobby"), 1).await.unwrap().head, n);
        assert_eq!(seqs(&one.since(&topic("lobby"), n - 1, 10).await.unwrap()), [n]);
    }
}

async fn two_servers_on_one_database_leave_no_hole_and_tell_in_order(place: TestDatabase) {
    let (one, told_one, _) = log_in(&place, "").await;
    let (two, told_two, _) = log_in(&place, "").await;
    let writers = (0..8).map(|user| {
        let log = if user % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(async move {
            for n in 0..50 {
                log.append(by(user, n, "x")).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    assert_eq!(seqs(&one.since(&topic("lobby"), 0, 1_000).await.unwrap()), (1..=400).collect::<Vec<_>>());
    for told in [told_one, told_two] {
        let told: Vec<u64> = told.lock().unwrap().iter().map(|event| event.seq).collect();
        assert_eq!(told.len(), 200);
        assert!(told.is_sorted());
    }
}

async fn one_draft_through_two_servers_at_once_is_one_message(place: TestDatabase) {
    let (one, ..) = log_in(&place, "").await;
    let (two, ..) = log_in(&place, "").await;
    for n in 0..50 {
        let (a, b) = tokio::join!(one.append(by(1, n, "x")), two.append(by(1, n, "x")));
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!((a.seq, b.seq, u8::from(a.duplicate) + u8::from(b.duplicate)), (n as u64 + 1, a.seq, 1));
    }
    // The lock of a topic does not help where the two name different topics.
    for n in 100..150 {
        let elsewhere = NewMessage { topic: topic("other"), ..by(1, n, "x") };
        let both = tokio::join!(one.append(by(1, n, "x")), two.append(elsewhere));
        let conflicts = [both.0, both.1].iter().filter(|said| **said == Err(AppendError::Conflict)).count();
        assert!(conflicts == 1 && (both.0.is_ok() || both.1.is_ok()), "{both:?}");
    }
}

async fn topics_that_two_servers_begin_at_once_are_begun_once(place: TestDatabase) {
    let (one, ..) = log_in(&place, "").await;
    let (two, ..) = log_in(&place, "").await;
    for n in 0..50 {
        let name = topic(&format!("t{n}"));
        let say = |log: Log, user, draft| {
            let message = NewMessage { topic: name.clone(), ..by(user, draft, "x") };
            async move { log.append(message).await.unwrap().seq }
        };
        let (a, b) = tokio::join!(say(one.clone(), 1, n), say(two.clone(), 2, n));
        assert_eq!(a + b, 3, "one is the first and one the second");
    }
}

async fn no_more_topics_than_may_be_begin_through_several_servers(place: TestDatabase) {
    let mut logs = Vec::new();
    for _ in 0..6 {
        logs.push(log_in(&place, "--max-topics 10").await.0);
    }
    let mut begun = 0;
    for round in 0..3 {
        let begin = logs.iter().zip(0..).map(|(log, n)| {
            let topic = topic(&format!("t{round}.{n}"));
            log.append(NewMessage { topic, ..by(n, round, "x") })
        });
        let said = futures::future::join_all(begin).await;
        assert!(said.iter().all(|said| [new(1), Err(AppendError::TooManyTopics)].contains(said)), "{said:?}");
        begun += said.iter().filter(|said| said.is_ok()).count();
    }
    assert_eq!(begun, 10);
}
