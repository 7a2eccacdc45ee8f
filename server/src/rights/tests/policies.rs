//! Policies that are stricter than the default.

use super::*;

/// The decisions about a guest, a member and a moderator.
fn decisions(policy: &Policy, permission: Permission, topic: &TopicRights) -> [Result<(), Denied>; 3] {
    [Role::Guest, Role::Member, Role::Moderator]
        .map(|role| decide_under(policy, &person(role), permission, topic))
}

const FOR_MEMBERS: [Result<(), Denied>; 3] = [Err(Denied::Refused(Refusal::SignIn)), Ok(()), Ok(())];
const FOR_MODERATORS: [Result<(), Denied>; 3] =
    [Err(Denied::Refused(Refusal::SignIn)), Err(Denied::Refused(Refusal::Forbidden)), Ok(())];
const FOR_EVERYONE: [Result<(), Denied>; 3] = [Ok(()), Ok(()), Ok(())];

#[test]
fn readers_do_everything_in_public_topics_or_nothing() {
    let topic = TopicRights::default();
    for (readers, expected) in [
        (Audience::Everyone, FOR_EVERYONE),
        (Audience::Members, FOR_MEMBERS),
        (Audience::Moderators, FOR_MODERATORS),
    ] {
        let policy = Policy { readers, ..Policy::default() };
        for permission in [Permission::Read, Permission::Publish, Permission::DeleteOwn, Permission::Begin] {
            assert_eq!(decisions(&policy, permission, &topic), expected, "{readers:?} {permission:?}");
        }
    }
}

#[test]
fn writers_alone_write_and_everybody_reads_and_deletes_their_own() {
    let topic = TopicRights::default();
    for (writers, expected) in [
        (Audience::Everyone, FOR_EVERYONE),
        (Audience::Members, FOR_MEMBERS),
        (Audience::Moderators, FOR_MODERATORS),
    ] {
        let policy = Policy { writers, ..Policy::default() };
        for permission in [Permission::Publish, Permission::React, Permission::EditOwn, Permission::Describe]
        {
            assert_eq!(decisions(&policy, permission, &topic), expected, "{writers:?} {permission:?}");
        }
        for permission in [Permission::Read, Permission::Follow, Permission::DeleteOwn] {
            assert_eq!(decisions(&policy, permission, &topic), FOR_EVERYONE, "{writers:?} {permission:?}");
        }
    }
}

#[test]
fn makers_alone_begin_topics_and_title_public_ones() {
    let policy = Policy { makers: Audience::Moderators, ..Policy::default() };
    let topic = TopicRights::default();
    for permission in [Permission::Begin, Permission::Describe] {
        assert_eq!(decisions(&policy, permission, &topic), FOR_MODERATORS, "{permission:?}");
    }
    assert_eq!(decisions(&policy, Permission::Publish, &topic), FOR_EVERYONE);
    let members = TopicRights { visibility: Visibility::Members, ..TopicRights::default() };
    assert_eq!(decisions(&policy, Permission::Describe, &members), FOR_MEMBERS);
}

#[test]
fn the_policy_does_not_reach_into_private_topics() {
    let strictest =
        Policy { readers: Audience::Moderators, writers: Audience::Moderators, makers: Audience::Moderators };
    let private = topic(Visibility::Private, TopicState::Open, Some(Place::Participant));
    for permission in [Permission::Read, Permission::Publish, Permission::Describe, Permission::Invite] {
        assert_eq!(decisions(&strictest, permission, &private), FOR_EVERYONE, "{permission:?}");
    }
}

#[test]
fn the_house_is_run_by_roles() {
    let allowed = |permission| {
        ROLES.map(|role| decide_house(&person(role), permission, &Policy::default(), NOW).is_ok())
    };
    assert_eq!(allowed(HousePermission::BeginPrivate), [true; 4]);
    for permission in [
        HousePermission::Ban,
        HousePermission::MuteEverywhere,
        HousePermission::RemoveMessages,
        HousePermission::Reports,
    ] {
        assert_eq!(allowed(permission), [false, false, true, true], "{permission:?}");
    }
    for permission in [
        HousePermission::Invitations,
        HousePermission::Administer,
        HousePermission::Inspect,
        HousePermission::ReadAudit,
    ] {
        assert_eq!(allowed(permission), [false, false, false, true], "{permission:?}");
    }
}
