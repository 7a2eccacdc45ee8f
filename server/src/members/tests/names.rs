//! Who is meant.

use super::*;

testing::for_each_database!(
    mentions_count_after_the_read_mark_until_they_are_taken_back,
    a_mention_counts_for_whom_it_means_and_where_it_was_said,
    members_are_found_by_the_name_they_go_by_now,
);

async fn mentions_count_after_the_read_mark_until_they_are_taken_back(place: TestDatabase) {
    let bench = bench(&place, "").await;
    let before = bench.mentions("lobby", &[ANN]).await;
    bench.follows(ANN, "lobby", Follow::Muted).await;
    assert_eq!(bench.ann("lobby").await, (before, 0, 0));
    let (kept, deleted, edited) = (
        bench.mentions("lobby", &[ANN, BOB]).await,
        bench.mentions("lobby", &[ANN]).await,
        bench.mentions("lobby", &[ANN]).await,
    );
    assert_eq!(bench.ann("lobby").await, (before, 3, 3), "muted or not");
    bench.does("lobby", Action::Delete { message: deleted, revision: deleted }, &[]).await;
    assert_eq!(bench.ann("lobby").await, (before, 3, 2));
    bench.does("lobby", Action::Edit { message: edited, revision: edited, body: "y".to_owned() }, &[]).await;
    assert_eq!(bench.ann("lobby").await, (before, 3, 1));
    bench.ann_reads("lobby", kept).await;
    assert_eq!(bench.ann("lobby").await, (kept, 2, 0));
}

async fn a_mention_counts_for_whom_it_means_and_where_it_was_said(place: TestDatabase) {
    let bench = bench(&place, "").await;
    for place in ["lobby", "tea"] {
        bench.says(place).await;
        bench.follows(ANN, place, Follow::Following).await;
    }
    bench.mentions("lobby", &[BOB]).await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0), "somebody else is meant");
    bench.mentions("tea", &[ANN]).await;
    assert_eq!(bench.ann("lobby").await, (1, 1, 0), "that was elsewhere");
    assert_eq!(bench.ann("tea").await, (1, 1, 1));
}

async fn members_are_found_by_the_name_they_go_by_now(place: TestDatabase) {
    let bench = bench(&place, "").await;
    bench.says("lobby").await;
    bench.says("tea").await;
    bench.follows(ANN, "lobby", Follow::Following).await;
    bench.follows(BOB, "lobby", Follow::None).await;
    bench
        .members
        .follow(UserId(Uuid::from_u128(3)), &name("Ann"), &topic("tea"), Follow::Following)
        .await
        .unwrap();
    let find = async |key: &str| {
        let found =
            bench.members.named(&topic("lobby"), &[name_key(key), "nobody".to_owned()]).await.unwrap();
        let mut found: Vec<_> = found.into_values().flatten().collect();
        found.sort_unstable();
        found
    };
    assert_eq!(
        find("ANN").await,
        [ANN, BOB],
        "both go by that name, and who is in another topic is not meant"
    );
    bench.members.rename(BOB, &name("Zoë")).await.unwrap();
    assert_eq!(find("ann").await, [ANN]);
    assert_eq!(find("ZOE\u{308}").await, [BOB]);
}
