//! Places without holes, once each, and nobody told before.

use super::*;

testing::for_each_database!(
    events_count_up_from_one_in_each_topic,
    a_retry_gets_the_first_result_and_tells_nobody_again,
    a_draft_with_other_content_or_in_another_topic_is_a_conflict,
    a_draft_belongs_to_its_author,
    retries_within_one_batch_are_one_message,
    many_writers_leave_no_hole_and_everyone_is_told_in_order,
    nobody_is_told_before_a_new_reader_can_read_it,
    one_topic_too_many_is_refused_and_the_others_go_on,
    what_one_commit_brings_to_a_topic_is_told_at_once,
    what_is_stored_is_told_while_the_next_is_on_its_way,
);

async fn events_count_up_from_one_in_each_topic(place: TestDatabase) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(NewMessage { topic: topic("other"), ..by(1, 3, "c") }).await, new(1));
}

async fn a_retry_gets_the_first_result_and_tells_nobody_again(place: TestDatabase) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(1, 2, "b")).await, new(2));
    assert_eq!(log.append(by(1, 1, "a")).await, Ok(Receipt { seq: 1, duplicate: true }));
    assert_eq!(told.lock().unwrap().len(), 2);
}

async fn a_draft_with_other_content_or_in_another_topic_is_a_conflict(place: TestDatabase) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    log.append(by(1, 1, "a")).await.unwrap();
    assert_eq!(log.append(by(1, 1, "b")).await, Err(AppendError::Conflict));
    let elsewhere = NewMessage { topic: topic("other"), ..by(1, 1, "a") };
    assert_eq!(log.append(elsewhere).await, Err(AppendError::Conflict));
}

async fn a_draft_belongs_to_its_author(place: TestDatabase) {
    let bench = bench(place).await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(by(2, 1, "b")).await, new(2));
}

async fn retries_within_one_batch_are_one_message(place: TestDatabase) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(log.submit(by(1, 1, "a")).await.unwrap());
    }
    let mut fresh = 0;
    for answer in answers {
        let receipt = answer.await.unwrap();
        assert_eq!(receipt.seq, 1);
        fresh += usize::from(!receipt.duplicate);
    }
    assert_eq!((fresh, told.lock().unwrap().len()), (1, 1));
}

async fn many_writers_leave_no_hole_and_everyone_is_told_in_order(place: TestDatabase) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    let writers = (0..8).map(|user| {
        let log = log.clone();
        tokio::spawn(async move {
            for n in 0..50 {
                log.append(by(user, n, "x")).await.unwrap();
            }
        })
    });
    futures::future::join_all(writers).await.into_iter().for_each(|done| done.unwrap());
    let told: Vec<u64> = told.lock().unwrap().iter().map(|event| event.seq).collect();
    assert_eq!(told, (1..=400).collect::<Vec<_>>());
}

async fn nobody_is_told_before_a_new_reader_can_read_it(place: TestDatabase) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    for n in 0..20 {
        let before = told.lock().unwrap().len() as u64;
        assert!(log.tail(&topic("lobby"), 1).await.unwrap().head >= before);
        log.append(by(1, n, "x")).await.unwrap();
    }
}

async fn one_topic_too_many_is_refused_and_the_others_go_on(place: TestDatabase) {
    let bench = bench_with(place, "--max-topics 2").await;
    let log = bench.log.clone();
    assert_eq!(log.append(by(1, 1, "a")).await, new(1));
    assert_eq!(log.append(NewMessage { topic: topic("two"), ..by(1, 2, "b") }).await, new(1));
    let three = NewMessage { topic: topic("three"), ..by(1, 3, "c") };
    assert_eq!(log.append(three).await, Err(AppendError::TooManyTopics));
    assert_eq!(log.append(by(1, 4, "d")).await, new(2));
}

async fn what_one_commit_brings_to_a_topic_is_told_at_once(place: TestDatabase) {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let (tracker, told) = (TaskTracker::new(), Arc::new(Mutex::new(Vec::new())));
    let tell = Arc::clone(&told);
    let committed = move |action| tell.lock().unwrap().push(action);
    let log = Log::open(database, &limits(""), &tracker, committed).await.unwrap();
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    log.faults().append(Some(Fault::Hold(Arc::clone(&gate))));
    let (mut answers, elsewhere) = (Vec::new(), |n| NewMessage { topic: topic("other"), ..by(1, n, "x") });
    // While the first waits, the others gather.
    for event in [by(1, 1, "x"), by(1, 2, "x"), elsewhere(3), by(1, 4, "x"), elsewhere(5)] {
        answers.push(log.submit(event).await.unwrap());
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    for answer in answers {
        answer.await.unwrap();
    }
    drop(log);
    tracker.close();
    tracker.wait().await;
    let mut places: Vec<(TopicName, Vec<u64>)> = Vec::new();
    for told in told.lock().unwrap().iter() {
        let Notification::Events(topic, events) = told else { panic!("{told:?}") };
        assert!(events.iter().all(|event| event.topic == *topic));
        places.push((topic.clone(), events.iter().map(|event| event.seq).collect()));
    }
    let (lobby, other) = (topic("lobby"), topic("other"));
    assert_eq!(places, [(lobby.clone(), vec![1]), (lobby, vec![2, 3]), (other, vec![1, 2])]);
}

async fn what_is_stored_is_told_while_the_next_is_on_its_way(place: TestDatabase) {
    let bench = bench(place).await;
    let (log, told) = (bench.log.clone(), Arc::clone(&bench.told));
    let gates = [(); 2].map(|()| Arc::new(tokio::sync::Semaphore::new(0)));
    let mut answers = Vec::new();
    for (draft, gate) in (1..).zip(&gates) {
        log.faults().append(Some(Fault::Hold(Arc::clone(gate))));
        answers.push(log.submit(by(1, draft, "a")).await.unwrap());
        while draft == 1 && log.faults().is_due() {
            tokio::task::yield_now().await;
        }
    }
    let [first, second] = <[PendingReceipt; 2]>::try_from(answers).ok().unwrap();
    gates[0].add_permits(1);
    let soon = tokio::time::timeout(std::time::Duration::from_secs(10), first);
    assert_eq!(soon.await, Ok(new(1)), "whatever becomes of the second");
    while told.lock().unwrap().is_empty() || log.faults().is_due() {
        tokio::task::yield_now().await;
    }
    gates[1].add_permits(1);
    assert_eq!(second.await, new(2));
}
