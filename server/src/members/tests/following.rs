//! Who follows what.

use super::*;

testing::for_each_database!(
    a_topic_that_is_not_there_cannot_be_followed,
    muting_keeps_the_place_and_leaving_takes_the_topic_off_the_list,
    unmuting_keeps_the_place_too,
    one_topic_too_many_is_refused_and_another_can_go_for_it,
    whoever_writes_follows_unless_they_chose_something_else,
    whoever_has_enough_topics_writes_without_following_one_more,
);

async fn a_topic_that_is_not_there_cannot_be_followed(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let refused = bench.members.follow(ANN, &name("Ann"), &topic("lobby"), Follow::Following).await;
    assert!(matches!(refused, Err(MemberError::NotFound)), "{refused:?}");
    bench.ann_reads("lobby", 1).await;
    bench.members.flush().await;
    assert_eq!(bench.list().await, [""; 0]);
}

async fn muting_keeps_the_place_and_leaving_takes_the_topic_off_the_list(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.says("lobby").await;
    bench.follows(ANN, "lobby", Follow::Following).await;
    bench.says("lobby").await;
    let muted = bench.follows(ANN, "lobby", Follow::Muted).await;
    assert_eq!((muted.follow, muted.read, muted.unread()), (Follow::Muted, 1, 1));
    assert_eq!(bench.list().await, ["lobby"]);
    let left = bench.follows(ANN, "lobby", Follow::None).await;
    assert_eq!((left.follow, left.read), (Follow::None, 1));
    assert_eq!(bench.list().await, [""; 0]);
    let back = bench.follows(ANN, "lobby", Follow::Following).await;
    assert_eq!((back.read, back.unread()), (2, 0), "coming back is joining");
}

async fn unmuting_keeps_the_place_too(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.says("lobby").await;
    bench.follows(ANN, "lobby", Follow::Muted).await;
    bench.says("lobby").await;
    let unmuted = bench.follows(ANN, "lobby", Follow::Following).await;
    assert_eq!((unmuted.follow, unmuted.read, unmuted.unread()), (Follow::Following, 1, 1));
}

async fn one_topic_too_many_is_refused_and_another_can_go_for_it(place: TestDatabase) {
    let bench = bench(&place, "--max-followed 2").await;
    for place in ["one", "two", "three"] {
        bench.says(place).await;
    }
    bench.follows(ANN, "one", Follow::Following).await;
    bench.follows(ANN, "two", Follow::Muted).await;
    let refused = bench.members.follow(ANN, &name("Ann"), &topic("three"), Follow::Muted).await;
    assert_eq!(refused.unwrap_err().code(), ErrorCode::TooManyTopics);
    bench.follows(ANN, "two", Follow::Following).await;
    bench.follows(ANN, "one", Follow::None).await;
    bench.follows(ANN, "three", Follow::Muted).await;
    assert_eq!(bench.list().await, ["three", "two"]);
}

async fn whoever_writes_follows_unless_they_chose_something_else(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["left", "muted", "new"] {
        bench.says(place).await;
    }
    bench.follows(ANN, "left", Follow::None).await;
    bench.follows(ANN, "muted", Follow::Muted).await;
    for place in ["left", "muted", "new", "new", "nowhere"] {
        bench.members.joins(ANN, &name("Ann"), &topic(place)).await;
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
    assert_eq!(*bench.told.lock().unwrap(), [(ANN, topic("new"))], "told once, of what is new");
}

async fn whoever_has_enough_topics_writes_without_following_one_more(place: TestDatabase) {
    let bench = bench(&place, "--max-followed 1").await;
    for place in ["one", "two"] {
        bench.says(place).await;
        bench.members.joins(ANN, &name("Ann"), &topic(place)).await;
    }
    assert_eq!(bench.list().await, ["one"]);
    let found = bench.members.named(&topic("two"), &["ann".to_owned()]).await.unwrap();
    assert_eq!(found["ann"], [ANN], "she wrote there all the same");
}
