//! Following topics.

use super::*;

testing::for_each_database!(
    a_missing_topic_cannot_be_followed,
    muting_keeps_the_read_mark_and_leaving_takes_the_topic_off_the_list,
    unmuting_keeps_the_read_mark_too,
    a_favourite_stays_one_until_it_is_changed,
    a_topic_over_the_limit_is_refused_until_another_one_is_left,
    an_author_follows_the_topic_unless_they_chose_otherwise,
    an_author_at_the_limit_does_not_follow_one_more_topic,
    a_follow_that_a_killed_process_has_left_out_is_stored_after_the_next_start,
    the_time_of_one_topic_hides_no_missed_follow_of_another,
);

async fn a_missing_topic_cannot_be_followed(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let refused = bench.members.follow(ANN, &name("Ann"), &topic("lobby"), Follow::Following, None).await;
    assert!(matches!(refused, Err(MemberError::NotFound)), "{refused:?}");
    bench.ann_reads("lobby", 1).await;
    bench.members.flush().await;
    assert_eq!(bench.list().await, [""; 0]);
}

async fn muting_keeps_the_read_mark_and_leaving_takes_the_topic_off_the_list(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    bench.publish("lobby").await;
    let muted = bench.follow(ANN, "lobby", Follow::Muted).await;
    assert_eq!((muted.follow, muted.read, muted.unread()), (Follow::Muted, 1, 1));
    assert_eq!(bench.list().await, ["lobby"]);
    let left = bench.follow(ANN, "lobby", Follow::None).await;
    assert_eq!((left.follow, left.read), (Follow::None, 1));
    assert_eq!(bench.list().await, [""; 0]);
    let back = bench.follow(ANN, "lobby", Follow::Following).await;
    assert_eq!((back.read, back.unread()), (2, 0), "following again marks everything as read");
}

async fn unmuting_keeps_the_read_mark_too(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    bench.follow(ANN, "lobby", Follow::Muted).await;
    bench.publish("lobby").await;
    let unmuted = bench.follow(ANN, "lobby", Follow::Following).await;
    assert_eq!((unmuted.follow, unmuted.read, unmuted.unread()), (Follow::Following, 1, 1));
}

async fn a_favourite_stays_one_until_it_is_changed(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    let follow = async |follow: Follow, favourite: Option<bool>| {
        let membership = bench.members.follow(ANN, &name("Ann"), &topic("lobby"), follow, favourite).await;
        membership.unwrap().favourite
    };
    assert!(!follow(Follow::Following, None).await);
    assert!(follow(Follow::Following, Some(true)).await);
    for way in [Follow::Muted, Follow::None, Follow::Following] {
        assert!(follow(way, None).await, "{way:?}");
    }
    assert!(bench.members.memberships(ANN).await.unwrap()[0].favourite);
    assert!(bench.members.stored(&[ANN]).await.unwrap()[0].favourite);
    assert!(!follow(Follow::Following, Some(false)).await);
}

async fn a_topic_over_the_limit_is_refused_until_another_one_is_left(place: TestDatabase) {
    let bench = bench(&place, "--max-followed 2").await;
    for place in ["one", "two", "three"] {
        bench.publish(place).await;
    }
    bench.follow(ANN, "one", Follow::Following).await;
    bench.follow(ANN, "two", Follow::Muted).await;
    let refused = bench.members.follow(ANN, &name("Ann"), &topic("three"), Follow::Muted, None).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TooManyTopics);
    bench.follow(ANN, "two", Follow::Following).await;
    bench.follow(ANN, "one", Follow::None).await;
    bench.follow(ANN, "three", Follow::Muted).await;
    assert_eq!(bench.list().await, ["three", "two"]);
}

async fn an_author_follows_the_topic_unless_they_chose_otherwise(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["left", "muted", "new"] {
        bench.publish(place).await;
    }
    bench.follow(ANN, "left", Follow::None).await;
    bench.follow(ANN, "muted", Follow::Muted).await;
    for place in ["left", "muted", "new", "new", "nowhere"] {
        bench.members.auto_follow(ANN, &name("Ann"), &topic(place)).await;
    }
    let follow = |place| {
        let members = &bench.members;
        async move { members.membership(ANN, &topic(place)).await.unwrap().map(|place| place.follow) }
    };
    assert_eq!(follow("left").await, Some(Follow::None));
    assert_eq!(follow("muted").await, Some(Follow::Muted));
    assert_eq!(follow("new").await, Some(Follow::Following));
    assert_eq!(follow("nowhere").await, None);
    assert_eq!(bench.ann("new").await.1, 0);
    assert_eq!(*bench.auto_followed.lock(), [(ANN, topic("new"))], "reported once, for the new topic");
}

async fn an_author_at_the_limit_does_not_follow_one_more_topic(place: TestDatabase) {
    let bench = bench(&place, "--max-followed 1").await;
    for place in ["one", "two"] {
        bench.publish(place).await;
        bench.members.auto_follow(ANN, &name("Ann"), &topic(place)).await;
    }
    assert_eq!(bench.list().await, ["one"]);
    assert_eq!(
        *bench.auto_followed.lock(),
        [(ANN, topic("one"))],
        "nobody registers her for heads of the other"
    );
    let found = bench.members.find_by_name_keys(&topic("two"), &["ann".to_owned()]).await.unwrap();
    assert_eq!(found["ann"], [ANN], "she is found as an author");
}

async fn a_follow_that_a_killed_process_has_left_out_is_stored_after_the_next_start(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    for place in ["lobby", "left", "muted", "new"] {
        bench.publish_as(ANN, place).await;
    }
    bench.publish("lobby").await;
    bench.follow(ANN, "left", Follow::None).await;
    bench.follow(ANN, "muted", Follow::Muted).await;
    bench.add_session(ANN, "Ann").await;
    bench.members.follow_missed_authors(Some(Timestamp(0))).await.unwrap();
    assert_eq!(bench.list().await, ["muted"], "another server may be about to store them");
    bench.members.follow_missed_authors(None).await.unwrap();
    assert_eq!(bench.list().await, ["lobby", "muted", "new"]);
    assert_eq!(bench.ann("lobby").await, (2, 1, 0), "what came after her first message is unread");
    let left = bench.members.membership(ANN, &topic("left")).await.unwrap().unwrap();
    assert_eq!(left.follow, Follow::None);
    let found = bench.members.find_by_name_keys(&topic("lobby"), &["ann".to_owned()]).await.unwrap();
    assert_eq!(found["ann"], [ANN]);
    let bob = bench.members.membership(BOB, &topic("lobby")).await.unwrap();
    assert_eq!(bob, None, "he has no session");
    let reported = [topic("lobby"), topic("new")].map(|topic| (ANN, topic));
    let mut followed = bench.auto_followed.lock().clone();
    followed.sort_by(|one, other| one.1.as_str().cmp(other.1.as_str()));
    assert_eq!(followed, reported, "her open connections are notified");
}

async fn the_time_of_one_topic_hides_no_missed_follow_of_another(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.add_session(ANN, "Ann").await;
    bench.publish_as(ANN, "old").await;
    bench.publish_as(ANN, "old").await;
    bench.publish_as(ANN, "ahead").await;
    let write = bench.database.write();
    write.execute_unprepared("UPDATE event SET at = 0 WHERE seq = 1").await.unwrap();
    write
        .execute_unprepared("UPDATE topic SET active_at = 4000000000000 WHERE name = 'ahead'")
        .await
        .unwrap();
    bench.members.follow_missed_authors(None).await.unwrap();
    assert_eq!(bench.list().await, ["ahead", "old"]);
    assert_eq!(bench.ann("old").await.0, 2, "only what is near the newest event is looked at");
}
