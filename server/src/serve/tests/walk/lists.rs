//! The walk through lists. They know no restricted topics yet, so that the policy closes them, or a person's memberships are left out.

use super::*;

testing::for_each_database!(
    a_policy_for_members_closes_each_list_to_guests,
    memberships_leave_out_what_may_not_be_read,
    the_default_topic_is_pinned_for_those_who_may_read_it,
);

/// A list, its address, and a text that it has from the topic `qopen`.
type ListCase = (Door, &'static str, &'static str);

const LISTS: [ListCase; 6] = [
    (Door::Directory, "/", "canaryqopenx"),
    (Door::Directory, "/?q=qopen", "canaryqopenx"),
    (Door::SearchPage, "/search?q=word", "canaryqopenx"),
    (Door::Sitemap, "/sitemap.xml", "/t/qopen"),
    (Door::ApiTopics, "/api/v1/topics", "canaryqopenx"),
    (Door::ApiSearch, "/api/v1/search?q=word", "canaryqopenx"),
];

const FOR_MEMBERS: Policy =
    Policy { readers: Audience::Members, writers: Audience::Everyone, makers: Audience::Everyone };

/// The test also notices each list that asks for nothing.
async fn a_policy_for_members_closes_each_list_to_guests(test_database: TestDatabase) {
    let world = world(test_database).await;
    let rights = &world.server.state.rights;
    for (door, path, text) in LISTS {
        let (status, body) = world.get(path, None).await;
        assert!(body.contains(text), "{door:?} is open to everybody: {path}: {status} {body}");
    }
    rights.set_policy(FOR_MEMBERS);
    for cookie in [None, Some(world.cookie.as_str())] {
        for (door, path, text) in LISTS {
            for is_open in [false, true] {
                rights.open_for_test(is_open.then_some(door));
                let (status, body) = world.get(path, cookie).await;
                assert_eq!(body.contains(text), is_open, "{door:?} {path}: {status} {body}");
            }
        }
    }
    rights.open_for_test(None);
    let (status, body) = world.get("/api/v1/memberships", Some(&world.cookie)).await;
    assert!(status == StatusCode::OK && !body.contains("qopen"), "{body}");
}

async fn memberships_leave_out_what_may_not_be_read(test_database: TestDatabase) {
    let world = world(test_database).await;
    let rights = &world.server.state.rights;
    for (door, path) in [(Door::ApiMemberships, "/api/v1/memberships"), (Door::PageViewer, "/t/qopen")] {
        for is_open in [false, true] {
            rights.open_for_test(is_open.then_some(door));
            let (status, body) = world.get(path, Some(&world.cookie)).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            for topic in &world.topics {
                let is_shown = is_open || !["qclub", "qden"].contains(&topic.as_str());
                assert_eq!(body.contains(topic.as_str()), is_shown, "{door:?} {topic} in {path}: {body}");
            }
        }
    }
}

async fn the_default_topic_is_pinned_for_those_who_may_read_it(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let topic = state.settings.default_topic.clone();
    let text = canary(&topic);
    world.server.begin(&world.cookie, &topic).await;
    let (status, body) = world.get("/", None).await;
    assert!(body.contains(&text), "{status} {body}");
    let private = TopicRights { visibility: Visibility::Private, ..TopicRights::default() };
    state.rights.insert_for_test(topic, private);
    for is_open in [false, true] {
        state.rights.open_for_test(is_open.then_some(Door::PinnedTopic));
        let (status, body) = world.get("/", None).await;
        assert_eq!(body.contains(&text), is_open, "{status} {body}");
    }
}
