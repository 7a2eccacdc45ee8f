//! Several servers on one database.

use super::*;

testing::for_each_database!(
    two_servers_on_one_database_leave_no_gap_and_notify_in_order,
    one_draft_through_two_servers_at_once_is_one_message,
    topics_that_two_servers_create_at_once_are_created_once,
    several_servers_together_keep_the_limit_of_topics,
);

/// A SQLite file has one server; several may share a PostgreSQL database, and they do not notify each other.
#[tokio::test]
async fn events_of_another_server_can_be_read_at_once() {
    let Some(test_database) = testing::postgres() else { return };
    let (one, ..) = open_log(&test_database, "").await;
    let (two, ..) = open_log(&test_database, "").await;
    for n in 1..=5_u64 {
        assert_eq!(two.append(message_by(1, n.into(), "x")).await, stored(n));
        assert_eq!(one.tail(&readable("lobby"), 1).await.unwrap().head, n);
        assert_eq!(seqs(&one.since(&readable("lobby"), n - 1, 10).await.unwrap()), [n]);
    }
}

#[tokio::test]
async fn a_text_that_another_server_has_deleted_is_not_read_again() {
    let Some(test_database) = testing::postgres() else { return };
    let (one, ..) = open_log(&test_database, "--hub-ring 1").await;
    let (two, ..) = open_log(&test_database, "").await;
    for n in 1..=5 {
        one.append(message_by(1, n, "secret")).await.unwrap();
    }
    let texts = async || {
        let page = one.since(&readable("lobby"), 0, 2).await.unwrap();
        page.events.iter().map(|event| event.kind.plain_text().into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["secret", "secret"]);
    let deletion = Action::Delete { message: 1, revision: 1 };
    two.append(NewEvent { action: deletion, ..message_by(1, 9, "").into() }).await.unwrap();
    assert_eq!(texts().await, ["", "secret"]);
}

async fn two_servers_on_one_database_leave_no_gap_and_notify_in_order(test_database: TestDatabase) {
    let (one, notified_one, _) = open_log(&test_database, "").await;
    let (two, notified_two, _) = open_log(&test_database, "").await;
    let writers = (0..8).map(|user| {
        let log = if user % 2 == 0 { one.clone() } else { two.clone() };
        tokio::spawn(async move {
            for n in 0..50 {
                log.append(message_by(user, n, "x")).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    assert_eq!(seqs(&one.since(&readable("lobby"), 0, 1_000).await.unwrap()), (1..=400).collect::<Vec<_>>());
    for notified in [notified_one, notified_two] {
        let notified: Vec<u64> = notified.lock().iter().map(|event| event.seq).collect();
        assert_eq!(notified.len(), 200);
        assert!(notified.is_sorted());
    }
}

async fn one_draft_through_two_servers_at_once_is_one_message(test_database: TestDatabase) {
    let (one, ..) = open_log(&test_database, "").await;
    let (two, ..) = open_log(&test_database, "").await;
    for n in 0..50 {
        let (a, b) = tokio::join!(one.append(message_by(1, n, "x")), two.append(message_by(1, n, "x")));
        let a = a.unwrap();
        let b = b.unwrap();
        assert_eq!((a.seq, b.seq, u8::from(a.duplicate) + u8::from(b.duplicate)), (n as u64 + 1, a.seq, 1));
    }
    // The two name different topics, so the lock of a topic does not serialise them.
    for n in 100..150 {
        let elsewhere = NewMessage { topic: topic("other"), ..message_by(1, n, "x") };
        let both = tokio::join!(one.append(message_by(1, n, "x")), two.append(elsewhere));
        let conflicts =
            [both.0, both.1].iter().filter(|result| **result == Err(AppendError::Conflict)).count();
        assert!(conflicts == 1 && (both.0.is_ok() || both.1.is_ok()), "{both:?}");
    }
}

async fn topics_that_two_servers_create_at_once_are_created_once(test_database: TestDatabase) {
    let (one, ..) = open_log(&test_database, "").await;
    let (two, ..) = open_log(&test_database, "").await;
    for n in 0..50 {
        let name = topic(&format!("t{n}"));
        let publish = |log: Log, user, draft| {
            let message = NewMessage { topic: name.clone(), ..message_by(user, draft, "x") };
            async move { log.append(message).await.unwrap().seq }
        };
        let (a, b) = tokio::join!(publish(one.clone(), 1, n), publish(two.clone(), 2, n));
        assert_eq!(a + b, 3, "one is the first and one the second");
    }
}

async fn several_servers_together_keep_the_limit_of_topics(test_database: TestDatabase) {
    let mut logs = Vec::new();
    for _ in 0..6 {
        logs.push(open_log(&test_database, "--max-topics 10").await.0);
    }
    let mut begun = 0;
    for round in 0..3 {
        let begin = logs.iter().zip(0..).map(|(log, n)| {
            let topic = topic(&format!("t{round}.{n}"));
            log.append(NewMessage { topic, ..message_by(n, round, "x") })
        });
        let results = futures::future::join_all(begin).await;
        assert!(
            results.iter().all(|result| [stored(1), Err(AppendError::TooManyTopics)].contains(result)),
            "{results:?}"
        );
        begun += results.iter().filter(|result| result.is_ok()).count();
    }
    assert_eq!(begun, 10);
}
