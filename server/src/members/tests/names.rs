//! Mentions, and the names that they go by.

use super::*;

testing::for_each_database!(
    mentions_after_the_read_mark_count_until_they_are_removed,
    a_mention_counts_for_the_mentioned_person_in_its_topic,
    members_are_found_by_their_current_name,
);

async fn mentions_after_the_read_mark_count_until_they_are_removed(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let before = bench.publish_mentioning("lobby", &[ANN]).await;
    bench.follow(ANN, "lobby", Follow::Muted).await;
    assert_eq!(bench.ann("lobby").await, (before, 0, 0));
    let kept = bench.publish_mentioning("lobby", &[ANN, BOB]).await;
    let deleted = bench.publish_mentioning("lobby", &[ANN]).await;
    let edited = bench.publish_mentioning("lobby", &[ANN]).await;
    assert_eq!(bench.ann("lobby").await, (before, 3, 3), "muted or not");
    bench.append("lobby", Action::Delete { message: deleted, revision: deleted }, &[]).await;
    assert_eq!(bench.ann("lobby").await, (before, 3, 2));
    bench
        .append("lobby", Action::Edit { message: edited, revision: edited, body: "y".to_owned() }, &[])
        .await;
    assert_eq!(bench.ann("lobby").await, (before, 3, 1));
    bench.ann_reads("lobby", kept).await;
    assert_eq!(bench.ann("lobby").await, (kept, 2, 0));
}

async fn a_mention_counts_for_the_mentioned_person_in_its_topic(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["lobby", "tea"] {
        bench.publish(place).await;
        bench.follow(ANN, place, Follow::Following).await;
    }
    bench.publish_mentioning("lobby", &[BOB]).await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0), "somebody else is mentioned");
    bench.publish_mentioning("tea", &[ANN]).await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0), "the mention is in another topic");
    assert_eq!(bench.ann("tea").await, (1, 1, 1));
}

async fn members_are_found_by_their_current_name(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.publish("lobby").await;
    bench.publish("tea").await;
    bench.follow(ANN, "lobby", Follow::Following).await;
    bench.follow(BOB, "lobby", Follow::None).await;
    bench
        .members
        .follow(UserId(Uuid::from_u128(3)), &name("Ann"), &topic("tea"), Follow::Following, None)
        .await
        .unwrap();
    let find = async |key: &str| {
        let found = bench
            .members
            .find_by_name_keys(&topic("lobby"), &[name_key(key), "nobody".to_owned()])
            .await
            .unwrap();
        let mut found: Vec<_> = found.into_values().flatten().collect();
        found.sort_unstable();
        found
    };
    assert_eq!(
        find("ANN").await,
        [ANN, BOB],
        "both have that name, and a member of another topic is not found"
    );
    bench.members.rename(BOB, &name("Zoë")).await.unwrap();
    assert_eq!(find("ann").await, [ANN]);
    assert_eq!(find("ZOE\u{308}").await, [BOB]);
}
