//! The walk through frames without a reply, and through updates about followed topics.

use app::protocol::CloseCode;
use futures::FutureExt;

use super::*;
use crate::{chat::test_peer::TestPeer, rights::Readable};

testing::for_each_database!(
    updates_end_with_the_right_to_read,
    a_read_position_moves_only_where_its_person_may_follow,
    typing_is_shown_only_of_people_who_may_publish,
    an_open_subscription_ends_with_the_right_to_read,
    an_event_stream_asks_after_it_has_subscribed,
    an_open_event_stream_ends_with_the_right_to_read,
);

impl World {
    /// Connects the guest who follows all topics.
    async fn follower(&self) -> TestPeer {
        let session = self.session(Some(&self.cookie)).await;
        TestPeer::v1(&self.server.state.chat, session).await.0
    }
}

/// The topic becomes private after its follower was connected.
async fn updates_end_with_the_right_to_read(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let mut peer = world.follower().await;
    let topic: TopicName = "qopen".parse().unwrap();
    let updates = [(Door::Heads, r#""type":"heads""#), (Door::Memberships, r#""type":"membership""#)];
    let sent = peer.updates(&state.chat, &topic).await.join("\n");
    assert!(updates.iter().all(|(_, kind)| sent.contains(kind)), "{sent}");
    let private = TopicRights { visibility: Visibility::Private, ..TopicRights::default() };
    state.rights.insert_for_test(topic.clone(), private);
    let sent = peer.updates(&state.chat, &topic).await.join("\n");
    assert!(!sent.contains("qopen"), "{sent}");
    for (door, kind) in updates {
        state.rights.open_for_test(Some(door));
        let sent = peer.updates(&state.chat, &topic).await.join("\n");
        assert!(sent.contains(kind) && sent.contains("qopen"), "{door:?} asks for nothing: {sent}");
    }
}

async fn a_read_position_moves_only_where_its_person_may_follow(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let user = world.session(Some(&world.cookie)).await.unwrap().user;
    let mut peer = world.follower().await;
    let topic = Readable::unchecked("qden".parse().unwrap());
    for is_open in [false, true] {
        state.rights.open_for_test(is_open.then_some(Door::SocketRead));
        peer.send(&state.chat, r#"{"type":"read","topic":"qden","seq":0,"unread":true}"#).await;
        let membership = state.chat.membership(user, &topic).await.unwrap().unwrap();
        assert_eq!(membership.read == 0, is_open, "{membership:?}");
    }
}

async fn typing_is_shown_only_of_people_who_may_publish(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let mut peer = world.follower().await;
    let topic: TopicName = "qlocked".parse().unwrap();
    peer.send(&state.chat, r#"{"type":"subscribe","ref":1,"topic":"qlocked"}"#).await;
    for is_open in [false, true] {
        state.rights.open_for_test(is_open.then_some(Door::SocketTyping));
        peer.send(&state.chat, r#"{"type":"typing","topic":"qlocked"}"#).await;
        assert_eq!(peer.is_typing(&state.chat, &topic), is_open);
    }
}

const FOR_MODERATORS: Policy =
    Policy { readers: Audience::Moderators, writers: Audience::Everyone, makers: Audience::Everyone };

async fn an_open_subscription_ends_with_the_right_to_read(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let topic: TopicName = "qopen".parse().unwrap();
    let mut peer = world.follower().await;
    peer.send(&state.chat, r#"{"type":"subscribe","ref":1,"topic":"qopen"}"#).await;
    assert_eq!(peer.rights_changed(&state.chat, &topic).await, None, "everybody may read");
    state.rights.set_policy(FOR_MODERATORS);
    let other: TopicName = "qnews".parse().unwrap();
    assert_eq!(peer.rights_changed(&state.chat, &other).await, None, "it is not subscribed to this one");
    for (is_open, closed) in [(true, None), (false, Some(CloseCode::AuthRefresh))] {
        state.rights.open_for_test(is_open.then_some(Door::OpenSubscription));
        assert_eq!(peer.rights_changed(&state.chat, &topic).await, closed);
    }
}

/// A change of rights between the question and the subscription would reach no stream.
async fn an_event_stream_asks_after_it_has_subscribed(test_database: TestDatabase) {
    let world = world(test_database).await;
    let chat = &world.server.state.chat;
    let before = chat.subscription_count();
    let reader = || {
        assert_eq!(chat.subscription_count(), before + 1);
        Person::stranger()
    };
    assert!(chat.open_event_stream(reader, &"qopen".parse().unwrap(), None, 0).await.is_ok());
}

async fn an_open_event_stream_ends_with_the_right_to_read(test_database: TestDatabase) {
    let world = world(test_database).await;
    let state = &world.server.state;
    let topic: TopicName = "qopen".parse().unwrap();
    let stranger = Person::stranger;
    for (is_open, has_ended) in [(true, false), (false, true)] {
        state.rights.set_policy(Policy::default());
        let opened = state.chat.open_event_stream(stranger, &topic, None, 0).await;
        let (_, mut stream) = opened.unwrap();
        state.rights.set_policy(FOR_MODERATORS);
        state.rights.open_for_test(is_open.then_some(Door::OpenEventStream));
        state.chat.recheck_subscriptions();
        let ended = matches!(stream.next(stranger).now_or_never(), Some(Ok(None)));
        assert_eq!(ended, has_ended, "only its own door lets it go on");
    }
}
