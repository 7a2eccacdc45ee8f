//! The answers that the doors get from [`Rights`].

use app::protocol::{About, Action, Author, DraftId, Emoji, Name, TopicName};

use super::*;

fn name(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn author() -> Author {
    Author { user: ANN, name: Name::anonymous(), unverified: false }
}

fn publish() -> Action {
    Action::Publish { body: DraftId::fresh().to_string(), reply_to: None }
}

/// The house as it is so far, whoever asks at whichever door.
#[test]
fn everyone_may_read_write_and_list() {
    let rights = Rights::everyone();
    for door in Door::ALL {
        for person in [Person::stranger(), Person::guest(ANN)] {
            let topic = name("tea");
            assert_eq!(rights.read(door, &person, &topic).unwrap().topic(), &topic);
            assert_eq!(rights.follow(door, &person, &topic).unwrap().topic(), &topic);
            let action = publish();
            let written = rights.write(door, &person, &topic, action.clone(), author()).unwrap();
            assert_eq!(written.into_parts(), (topic, author(), action, Permission::Publish));
            assert_eq!(rights.scope(door, &person).unwrap().level(), Visibility::Public);
            let topics = vec![name("tea"), name("cake")];
            assert_eq!(rights.visible(door, &person, topics.clone(), |topic| topic), topics);
        }
    }
}

#[test]
fn a_door_answers_by_the_rights_of_its_topic() {
    let rights = Rights::everyone();
    rights.insert_for_test(name("den"), topic(Visibility::Private, TopicState::Open, None));
    rights.insert_for_test(name("club"), topic(Visibility::Members, TopicState::Open, None));
    rights.insert_for_test(name("old"), TopicRights::public(TopicState::Locked));
    let guest = Person::guest(ANN);
    let read = |topic| rights.read(Door::ApiMessages, &guest, &name(topic)).map(|_| ());
    assert_eq!(read("den"), Err(Denied::Hidden));
    assert_eq!(read("club"), refused(Refusal::SignIn));
    assert_eq!(read("old"), Ok(()));
    let write = |topic| rights.write(Door::ApiAction, &guest, &name(topic), publish(), author()).map(|_| ());
    assert_eq!(write("den"), Err(Denied::Hidden));
    assert_eq!(write("old"), refused(Refusal::Locked));
    assert_eq!(write("tea"), Ok(()));
    let topics = ["den", "tea", "club", "old"].map(name).to_vec();
    let visible = rights.visible(Door::ApiMemberships, &guest, topics, |topic| topic);
    assert_eq!(visible, ["tea", "old"].map(name));
    assert!(!rights.allows(Door::SocketTyping, &guest, Permission::Publish, &name("old")));
}

#[test]
fn lists_are_as_wide_as_the_policy_and_the_role() {
    let rights = Rights::everyone();
    let scope = |role| rights.scope(Door::ApiTopics, &person(role)).map(|scope| scope.level());
    assert_eq!(scope(Role::Guest), Ok(Visibility::Public));
    assert_eq!(scope(Role::Member), Ok(Visibility::Members));
    rights.set_policy(Policy { readers: Audience::Members, ..Policy::default() });
    assert_eq!(scope(Role::Guest), Err(Denied::Refused(Refusal::SignIn)));
    assert_eq!(scope(Role::Member), Ok(Visibility::Members));
    let participant = rights.scope(Door::ApiTopics, &person(Role::Owner)).unwrap().participant();
    assert_eq!(participant, Some(ANN), "an owner sees the private topics that are their own");
}

#[test]
fn the_house_gives_permits_by_role() {
    let rights = Rights::everyone();
    let permit = rights.house(&person(Role::Owner), HousePermission::Administer);
    assert_eq!(permit.map(|permit| permit.permission()), Ok(HousePermission::Administer));
    let refusal = rights.house(&person(Role::Moderator), HousePermission::Administer);
    assert_eq!(refusal, Err(Denied::Refused(Refusal::Forbidden)));
}

#[test]
fn each_action_needs_its_own_permission() {
    let describe = |new| Action::Describe { change: About::default().into(), new };
    let emoji = Emoji::try_from("👍".to_owned()).unwrap();
    for (action, permission) in [
        (publish(), Permission::Publish),
        (Action::Edit { message: 1, revision: 1, body: "more".to_owned() }, Permission::EditOwn),
        (Action::Delete { message: 1, revision: 1 }, Permission::DeleteOwn),
        (Action::React { message: 1, emoji: emoji.clone(), on: true }, Permission::React),
        (Action::React { message: 1, emoji, on: false }, Permission::React),
        (describe(true), Permission::Begin),
        (describe(false), Permission::Describe),
    ] {
        assert_eq!(Permission::of(&action), permission, "{action:?}");
    }
}
