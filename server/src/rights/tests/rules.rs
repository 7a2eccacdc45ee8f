//! The rules that hold in all cells, and those that the tables leave out.

use super::*;

/// Calls `check` with each topic: all visibilities, states and places.
fn for_each_topic(check: impl Fn(&TopicRights)) {
    for visibility in Visibility::ALL {
        for state in TopicState::ALL {
            for place in [None, Some(Place::Participant), Some(Place::Host)] {
                check(&topic(visibility, state, place));
            }
        }
    }
}

fn audiences() -> [Audience; 3] {
    [Audience::Everyone, Audience::Members, Audience::Moderators]
}

#[test]
fn a_higher_role_never_loses() {
    for (readers, writers, makers) in audiences()
        .into_iter()
        .flat_map(|readers| audiences().map(|writers| (readers, writers)))
        .flat_map(|(readers, writers)| audiences().map(|makers| (readers, writers, makers)))
    {
        let policy = Policy { readers, writers, makers };
        for_each_topic(|topic| {
            for permission in Permission::ALL {
                let allowed =
                    ROLES.map(|role| decide_under(&policy, &person(role), permission, topic).is_ok());
                assert!(allowed.is_sorted(), "{permission:?} {policy:?} {topic:?}: {allowed:?}");
            }
        });
        for permission in HousePermission::ALL {
            let allowed = ROLES.map(|role| decide_house(&person(role), permission, &policy, NOW).is_ok());
            assert!(allowed.is_sorted(), "{permission:?} {policy:?}: {allowed:?}");
        }
    }
}

#[test]
fn only_a_private_topic_is_hidden_and_only_from_people_without_a_place() {
    for_each_topic(|topic| {
        for (role, permission) in ROLES.into_iter().flat_map(|role| Permission::ALL.map(|p| (role, p))) {
            let is_hidden = decide(&person(role), permission, topic) == Err(Denied::Hidden);
            let is_outside = topic.visibility == Visibility::Private && topic.places.is_empty();
            assert_eq!(is_hidden, is_outside, "{permission:?} {role:?} {topic:?}");
        }
    });
}

#[test]
fn a_ban_refuses_everything_until_it_ends() {
    for_each_topic(|topic| {
        for (role, permission) in ROLES.into_iter().flat_map(|role| Permission::ALL.map(|p| (role, p))) {
            let banned = Person { banned_until: Some(LATER), ..person(role) };
            assert_eq!(decide(&banned, permission, topic), refused(Refusal::Banned), "{permission:?}");
            let was_banned = Person { banned_until: Some(NOW), ..person(role) };
            let decision = decide(&was_banned, permission, topic);
            assert_eq!(decision, decide(&person(role), permission, topic), "{permission:?}");
        }
    });
    for permission in HousePermission::ALL {
        let banned = Person { banned_until: Some(LATER), ..person(Role::Owner) };
        assert_eq!(decide_house(&banned, permission, &Policy::default(), NOW), refused(Refusal::Banned));
    }
}

#[test]
fn the_muted_read_and_delete_their_own_messages_and_write_nothing() {
    let speaking = [
        Permission::Publish,
        Permission::React,
        Permission::EditOwn,
        Permission::Describe,
        Permission::Begin,
    ];
    let open = TopicRights::default();
    let muted_here = TopicRights { muted_until: [(ANN, LATER)].into(), ..TopicRights::default() };
    for role in ROLES {
        let muted = Person { muted_until: Some(LATER), ..person(role) };
        for permission in Permission::ALL {
            let expected = if speaking.contains(&permission) {
                refused(Refusal::Muted)
            } else {
                decide(&person(role), permission, &open)
            };
            assert_eq!(decide(&muted, permission, &open), expected, "{permission:?} {role:?}");
            assert_eq!(decide(&person(role), permission, &muted_here), expected, "{permission:?} {role:?}");
        }
    }
    let was_muted = Person { muted_until: Some(NOW), ..person(Role::Guest) };
    assert_eq!(decide(&was_muted, Permission::Publish, &open), Ok(()));
}

#[test]
fn a_stranger_does_what_a_guest_does_but_reports_nothing() {
    for_each_topic(|topic| {
        let outside = TopicRights { places: Default::default(), ..topic.clone() };
        for permission in Permission::ALL {
            let expected = match decide(&person(Role::Guest), permission, &outside) {
                Ok(()) if permission == Permission::Report => refused(Refusal::SignIn),
                decision => decision,
            };
            assert_eq!(decide(&Person::stranger(), permission, topic), expected, "{permission:?} {topic:?}");
        }
    });
}

#[test]
fn inviting_is_for_hosts_if_the_topic_says_so() {
    for (inviters, place, expected) in [
        (Inviters::Participants, Place::Participant, Ok(())),
        (Inviters::Hosts, Place::Participant, refused(Refusal::Forbidden)),
        (Inviters::Hosts, Place::Host, Ok(())),
    ] {
        let topic = TopicRights { inviters, ..topic(Visibility::Private, TopicState::Open, Some(place)) };
        assert_eq!(
            decide(&person(Role::Guest), Permission::Invite, &topic),
            expected,
            "{inviters:?} {place:?}"
        );
    }
}

#[test]
fn two_people_cannot_leave_their_direct_conversation() {
    let users = |count| (1..=count).map(|n| (UserId(Uuid::from_u128(n)), Place::Participant)).collect();
    let direct = |count| TopicRights {
        visibility: Visibility::Private,
        is_direct: true,
        places: users(count),
        ..TopicRights::default()
    };
    let ann = person(Role::Guest);
    assert_eq!(decide(&ann, Permission::Leave, &direct(2)), refused(Refusal::Forbidden));
    assert_eq!(decide(&ann, Permission::Leave, &direct(3)), Ok(()));
}

#[test]
fn a_deliverable_topic_is_as_small_as_its_name() {
    assert_eq!(size_of::<Readable>(), size_of::<app::protocol::TopicName>());
}

fn standing(role: Role, banned_until: Option<Timestamp>) -> Standing {
    Standing { role, banned_until, muted_until: None }
}

/// Whoever acts, and whatever they give to whom.
#[test]
fn nobody_acts_on_their_equals_and_only_owners_change_roles() {
    let bob = UserId(Uuid::from_u128(2));
    for (actor, target) in ROLES.into_iter().flat_map(|actor| ROLES.map(|target| (actor, target))) {
        let target = Person { role: target, ..Person::guest(bob) };
        for role in ROLES {
            for banned in [None, Some(LATER)] {
                let allowed = decide_change(&person(actor), &target, &standing(role, banned), NOW).is_ok();
                let lowest = if role == target.role { Role::Moderator } else { Role::Owner };
                assert_eq!(
                    allowed,
                    actor >= lowest && target.role < actor,
                    "{actor:?} {target:?} {role:?} {banned:?}"
                );
            }
        }
    }
}

#[test]
fn an_owner_may_step_down_and_not_ban_themselves() {
    let owner = person(Role::Owner);
    let decide = |role, banned| decide_change(&owner, &owner, &standing(role, banned), NOW);
    assert_eq!(decide(Role::Member, None), Ok(()));
    assert_eq!(decide(Role::Owner, Some(LATER)), refused(Refusal::Forbidden));
    let moderator = person(Role::Moderator);
    let raised = decide_change(&moderator, &moderator, &standing(Role::Owner, None), NOW);
    assert_eq!(raised, refused(Refusal::Forbidden));
}

/// The committer asks a person alone, without their topic.
#[test]
fn the_refusal_of_an_append_is_that_of_a_door() {
    let appends = [
        Permission::Publish,
        Permission::React,
        Permission::EditOwn,
        Permission::DeleteOwn,
        Permission::Describe,
        Permission::Begin,
    ];
    for (banned, muted) in
        [(None, None), (Some(LATER), None), (None, Some(LATER)), (Some(LATER), Some(LATER))]
    {
        let ann = Person { banned_until: banned, muted_until: muted, ..person(Role::Guest) };
        for permission in appends {
            let expected = decide(&ann, permission, &TopicRights::default()).err();
            assert_eq!(ann.refusal(permission, NOW).map(Denied::Refused), expected, "{permission:?} {ann:?}");
        }
    }
}
