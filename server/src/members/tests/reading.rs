//! Read marks, and what is unread.

use super::*;

testing::for_each_database!(
    nothing_is_unread_by_joining_and_each_message_after_is,
    what_is_no_message_is_not_unread,
    a_read_mark_never_goes_back_nor_beyond_the_end,
    a_read_mark_holds_before_and_after_it_is_on_the_disk,
    what_waits_is_written_when_the_last_handle_goes,
    a_shorter_history_takes_read_marks_back_to_its_end,
    a_mark_without_room_writes_one_batch_and_not_all,
);

async fn nothing_is_unread_by_joining_and_each_message_after_is(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for _ in 0..3 {
        bench.says("lobby").await;
    }
    let joined = bench.follows(ANN, "lobby", Follow::Following).await;
    assert_eq!((joined.head, joined.messages, joined.read, joined.seen, joined.unread()), (3, 3, 3, 3, 0));
    bench.says("lobby").await;
    bench.says("lobby").await;
    assert_eq!(bench.ann("lobby").await, (3, 2, 0));
    bench.ann_reads("lobby", 4).await;
    assert_eq!(bench.ann("lobby").await, (4, 1, 0));
}

async fn what_is_no_message_is_not_unread(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let message = bench.says("lobby").await;
    bench.follows(ANN, "lobby", Follow::Following).await;
    bench.does("lobby", Action::Edit { message, revision: 1, body: "y".to_owned() }, &[]).await;
    bench
        .does("lobby", Action::React { message, emoji: "👍".to_owned().try_into().unwrap(), on: true }, &[])
        .await;
    assert_eq!(bench.ann("lobby").await, (1, 0, 0));
    bench.says("lobby").await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0));
    bench.ann_reads("lobby", 3).await;
    assert_eq!(bench.ann("lobby").await, (3, 1, 0), "what she read was no message");
}

async fn a_read_mark_never_goes_back_nor_beyond_the_end(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.says("lobby").await;
    bench.follows(ANN, "lobby", Follow::Following).await;
    for _ in 0..4 {
        bench.says("lobby").await;
    }
    for (reads, has_read) in [(3, 3), (2, 3), (0, 3), (4, 4), (u64::MAX, 5), (1, 5)] {
        bench.ann_reads("lobby", reads).await;
        assert_eq!(bench.ann("lobby").await.0, has_read, "in memory, after {reads}");
        bench.members.flush().await;
        assert_eq!(bench.ann("lobby").await.0, has_read, "on the disk, after {reads}");
    }
    bench.says("lobby").await;
    assert_eq!(bench.ann("lobby").await, (5, 1, 0), "nobody has read what is said later");
}

async fn a_read_mark_holds_before_and_after_it_is_on_the_disk(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["lobby", "tea"] {
        bench.says(place).await;
        bench.follows(ANN, place, Follow::Following).await;
        bench.says(place).await;
    }
    bench.ann_reads("tea", 2).await;
    let reads =
        async || bench.members.memberships(ANN).await.unwrap().iter().map(|m| m.read).collect::<Vec<_>>();
    assert_eq!(reads().await, [1, 2]);
    bench.members.flush().await;
    assert!(bench.members.pending.all().is_empty());
    assert_eq!(reads().await, [1, 2]);
}

async fn what_waits_is_written_when_the_last_handle_goes(place: TestDatabase) {
    let first = bench(&place, "").await;
    first.says("lobby").await;
    first.follows(ANN, "lobby", Follow::Following).await;
    first.says("lobby").await;
    first.ann_reads("lobby", 2).await;
    first.members.wrote(BOB, &name("Bob"), &topic("lobby"));
    first.ends().await;
    let second = bench(&place, "").await;
    assert_eq!(second.ann("lobby").await, (2, 0, 0));
    assert!(second.members.membership(BOB, &topic("lobby")).await.unwrap().is_some());
}

async fn a_shorter_history_takes_read_marks_back_to_its_end(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for _ in 0..3 {
        bench.says("lobby").await;
    }
    bench.follows(ANN, "lobby", Follow::Following).await;
    // What a backup that is older than the members would hold.
    let shorter = ["DELETE FROM event WHERE seq > 1", "UPDATE topic SET head = 1, messages = 1"];
    for statement in shorter {
        bench.database.write().execute_unprepared(statement).await.unwrap();
    }
    assert_eq!(bench.ann("lobby").await, (1, 0, 0), "nobody has read beyond the end");
    clamp(&bench.database).await.unwrap();
    let bench = Bench {
        log: Log::open(bench.database.clone(), &limits(), &bench.tracker, |_| {}).await.unwrap(),
        ..bench
    };
    bench.says("lobby").await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0));
}

async fn a_mark_without_room_writes_one_batch_and_not_all(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let message = bench.says("lobby").await;
    // Without the task that writes them once a second.
    let members = Members {
        store: bench.members.store.clone(),
        pending: Arc::default(),
        queue: bench.members.queue.clone(),
    };
    let user = |n: usize| UserId(Uuid::from_u128(n as u128 + 10));
    (0..pending::MOST).for_each(|n| assert!(members.pending.mark(user(n), &topic("lobby"), message)));
    let more: Vec<_> = (0..300).map(|n| user(pending::MOST + n)).collect();
    let lobby = topic("lobby");
    futures::future::join_all(more.iter().map(|user| members.read(*user, &lobby, message))).await;
    let waiting = members.pending.all();
    assert_eq!(waiting.len(), pending::MOST + 300 - 2 * keeper::BATCH);
}

fn limits() -> Limits {
    let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
        panic!("chorus serves")
    };
    settings.limits
}
