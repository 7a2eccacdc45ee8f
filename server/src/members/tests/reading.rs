//! Read marks and unread messages.

use super::*;

testing::for_each_database!(
    nothing_is_unread_for_a_new_follower_and_each_later_message_is,
    events_other_than_messages_are_not_unread,
    a_read_mark_never_goes_back_or_beyond_the_head,
    a_read_mark_counts_before_and_after_it_is_stored,
    pending_marks_and_follows_are_stored_when_the_last_handle_is_dropped,
    after_a_restore_read_marks_are_lowered_to_the_head,
    a_mark_without_room_stores_one_batch_and_not_all,
    messages_are_marked_as_unread_whatever_is_pending,
);

async fn nothing_is_unread_for_a_new_follower_and_each_later_message_is(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for _ in 0..3 {
        bench.publish("lobby").await;
    }
    let joined = bench.follow(ANN, "lobby", Follow::Following).await;
    assert_eq!((joined.head, joined.messages, joined.read, joined.seen, joined.unread()), (3, 3, 3, 3, 0));
    bench.publish("lobby").await;
    bench.publish("lobby").await;
    assert_eq!(bench.ann("lobby").await, (3, 2, 0));
    bench.ann_reads("lobby", 4).await;
    assert_eq!(bench.ann("lobby").await, (4, 1, 0));
}

async fn events_other_than_messages_are_not_unread(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let message = bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    bench.append("lobby", Action::Edit { message, revision: 1, body: "y".to_owned() }, &[]).await;
    bench
        .append("lobby", Action::React { message, emoji: "👍".to_owned().try_into().unwrap(), on: true }, &[])
        .await;
    assert_eq!(bench.ann("lobby").await, (1, 0, 0));
    bench.publish("lobby").await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0));
    bench.ann_reads("lobby", 3).await;
    assert_eq!(bench.ann("lobby").await, (3, 1, 0), "she read events that are not messages");
}

async fn a_read_mark_never_goes_back_or_beyond_the_head(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    for _ in 0..4 {
        bench.publish("lobby").await;
    }
    for (reads, has_read) in [(3, 3), (2, 3), (0, 3), (4, 4), (u64::MAX, 5), (1, 5)] {
        bench.ann_reads("lobby", reads).await;
        assert_eq!(bench.ann("lobby").await.0, has_read, "in memory, after {reads}");
        bench.members.flush().await;
        assert_eq!(bench.ann("lobby").await.0, has_read, "stored, after {reads}");
    }
    bench.publish("lobby").await;
    assert_eq!(bench.ann("lobby").await, (5, 1, 0), "a later message is unread");
}

async fn a_read_mark_counts_before_and_after_it_is_stored(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["lobby", "tea"] {
        bench.publish(place).await;
        bench.follow(ANN, place, Follow::Following).await;
        bench.publish(place).await;
    }
    bench.ann_reads("tea", 2).await;
    let reads =
        async || bench.members.memberships(ANN).await.unwrap().iter().map(|m| m.read).collect::<Vec<_>>();
    assert_eq!(reads().await, [1, 2]);
    bench.members.flush().await;
    assert!(bench.members.pending.all().is_empty());
    assert_eq!(reads().await, [1, 2]);
}

async fn pending_marks_and_follows_are_stored_when_the_last_handle_is_dropped(place: TestDatabase) {
    let first = bench(&place, "").await;
    first.publish("lobby").await;
    first.follow(ANN, "lobby", Follow::Following).await;
    first.publish("lobby").await;
    first.ann_reads("lobby", 2).await;
    first.members.queue_auto_follow(BOB, &name("Bob"), &topic("lobby"));
    first.close().await;
    let second = bench(&place, "").await;
    assert_eq!(second.ann("lobby").await, (2, 0, 0));
    assert!(second.members.membership(BOB, &topic("lobby")).await.unwrap().is_some());
}

async fn after_a_restore_read_marks_are_lowered_to_the_head(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for _ in 0..3 {
        bench.publish("lobby").await;
    }
    bench.follow(ANN, "lobby", Follow::Following).await;
    // The history of a backup that is older than the read marks.
    let shorter = ["DELETE FROM event WHERE seq > 1", "UPDATE topic SET head = 1, messages = 1"];
    for statement in shorter {
        bench.database.write().execute_unprepared(statement).await.unwrap();
    }
    assert_eq!(bench.ann("lobby").await, (1, 0, 0), "the read mark is not beyond the head");
    clamp_read_marks(&bench.database).await.unwrap();
    let bench = Bench {
        log: Log::open(bench.database.clone(), &limits(), &bench.tracker, |_| {}).await.unwrap(),
        ..bench
    };
    bench.publish("lobby").await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0));
}

async fn a_mark_without_room_stores_one_batch_and_not_all(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let message = bench.publish("lobby").await;
    // Without the task that stores marks once a second.
    let members = Members {
        store: bench.members.store.clone(),
        pending: Arc::default(),
        queue: bench.members.queue.clone(),
    };
    let user = |n: usize| UserId(Uuid::from_u128(n as u128 + 10));
    (0..pending_reads::MAX_MARKS)
        .for_each(|n| assert!(members.pending.mark(user(n), &topic("lobby"), message)));
    let more: Vec<_> = (0..300).map(|n| user(pending_reads::MAX_MARKS + n)).collect();
    let lobby = topic("lobby");
    futures::future::join_all(more.iter().map(|user| members.read(*user, &lobby, message))).await;
    let waiting = members.pending.all();
    assert_eq!(waiting.len(), pending_reads::MAX_MARKS + 300 - 2 * writer::MAX_BATCH_ROWS);
}

fn limits() -> Limits {
    let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
        panic!("chorus serves")
    };
    settings.limits
}

async fn messages_are_marked_as_unread_whatever_is_pending(place: TestDatabase) {
    let bench = bench(&place, "").await;
    assert!(!bench.members.mark_unread(ANN, &topic("lobby"), 1).await.unwrap(), "there is no such topic");
    bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    for _ in 0..4 {
        bench.publish_mentioning("lobby", &[ANN]).await;
    }
    let rewinds =
        async || bench.members.membership(ANN, &topic("lobby")).await.unwrap().and_then(|m| m.rewinds);
    bench.ann_reads("lobby", 5).await;
    assert_eq!((bench.ann("lobby").await, rewinds().await), ((5, 0, 0), None));
    assert!(bench.members.mark_unread(ANN, &topic("lobby"), 2).await.unwrap());
    assert_eq!((bench.ann("lobby").await, rewinds().await), ((2, 3, 3), Some(1)), "while a mark is pending");
    bench.members.flush().await;
    assert_eq!(bench.ann("lobby").await, (2, 3, 3), "the mark from before is not stored");
    bench.ann_reads("lobby", 4).await;
    bench.members.flush().await;
    assert_eq!(bench.ann("lobby").await, (4, 1, 1));
    assert!(bench.members.mark_unread(ANN, &topic("lobby"), 3).await.unwrap());
    assert_eq!((bench.ann("lobby").await, rewinds().await), ((3, 2, 2), Some(2)), "after it was stored");
    bench.follow(ANN, "lobby", Follow::Muted).await;
    assert_eq!((bench.ann("lobby").await, rewinds().await), ((3, 2, 2), Some(2)));
    assert!(bench.members.mark_unread(ANN, &topic("lobby"), u64::MAX).await.unwrap());
    assert_eq!(bench.ann("lobby").await, (5, 0, 0), "never beyond the head");
}
