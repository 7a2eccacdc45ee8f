//! The decision, without any reading or waiting. `docs/RIGHTS.md` is its table.

use app::protocol::Timestamp;

use super::{
    Denied, HousePermission, Inviters, Permission, Person, Place, Policy, Refusal, Role, Standing,
    TopicRights, TopicState, Visibility,
};

/// A question about a person in a topic.
pub(super) struct Question<'a> {
    pub(super) person: &'a Person,
    pub(super) topic: &'a TopicRights,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

// No function here has a wildcard arm: a new permission, visibility or state does not compile before each question is answered for it.
impl Question<'_> {
    /// Decides whether the person may do something in the topic.
    pub(super) fn decide(&self, permission: Permission) -> Result<(), Denied> {
        self.require_visible()?;
        Ok(self.act(permission)?)
    }

    /// Decides whether the person may know the topic at all. Without that, every permission is denied alike.
    fn require_visible(&self) -> Result<(), Denied> {
        if self.person.is_banned(self.now) {
            return Err(Refusal::Banned.into());
        }
        match self.topic.visibility {
            Visibility::Public => Ok(self.policy.readers.admit(self.person.role)?),
            Visibility::Members if self.person.is_member() => Ok(()),
            Visibility::Members => Err(Refusal::SignIn.into()),
            Visibility::Private if self.place().is_some() => Ok(()),
            Visibility::Private => Err(Denied::Hidden),
        }
    }

    fn act(&self, permission: Permission) -> Result<(), Refusal> {
        match permission {
            Permission::Read | Permission::Follow | Permission::DeleteOwn => Ok(()),
            Permission::Report => allow_if(self.person.user.is_some(), Refusal::SignIn),
            Permission::Publish => {
                self.require_writer()?;
                self.require_state_for_publishing()
            }
            Permission::Describe => {
                self.require_writer()?;
                self.require_maker()?;
                self.require_state_for_publishing()
            }
            Permission::React | Permission::EditOwn => {
                self.require_writer()?;
                self.require_state_for_responding()
            }
            Permission::Begin => {
                self.require_maker()?;
                self.require_unmuted()
            }
            Permission::Invite => allow_if(self.invites(), Refusal::Forbidden),
            Permission::RemovePerson => allow_if(self.is_host(), Refusal::Forbidden),
            Permission::Leave => allow_if(self.leaves(), Refusal::Forbidden),
            Permission::SetState | Permission::DeleteAny | Permission::MutePerson => {
                allow_if(self.moderates(), Refusal::Forbidden)
            }
            Permission::Rename => allow_if(!self.is_private() && self.moderates(), Refusal::Forbidden),
        }
    }

    /// The policy's writers, of whom the muted may not write. A private topic has its own.
    fn require_writer(&self) -> Result<(), Refusal> {
        if !self.is_private() {
            self.policy.writers.admit(self.person.role)?;
        }
        self.require_unmuted()
    }

    /// The policy's makers, who also choose the titles of public topics.
    fn require_maker(&self) -> Result<(), Refusal> {
        match self.topic.visibility {
            Visibility::Public => self.policy.makers.admit(self.person.role),
            Visibility::Members | Visibility::Private => Ok(()),
        }
    }

    fn require_unmuted(&self) -> Result<(), Refusal> {
        let is_muted = self.person.is_muted(self.now) || self.topic.is_muted(self.person.user, self.now);
        allow_if(!is_muted, Refusal::Muted)
    }

    fn require_state_for_publishing(&self) -> Result<(), Refusal> {
        match self.topic.state {
            TopicState::Open => Ok(()),
            TopicState::Announcements | TopicState::Locked | TopicState::Archived => {
                allow_if(self.moderates(), Refusal::Locked)
            }
        }
    }

    fn require_state_for_responding(&self) -> Result<(), Refusal> {
        match self.topic.state {
            TopicState::Open | TopicState::Announcements => Ok(()),
            TopicState::Locked | TopicState::Archived => Err(Refusal::Locked),
        }
    }

    /// Whether the person moderates the topic: by their role, or in a private topic as its host.
    fn moderates(&self) -> bool {
        match self.topic.visibility {
            Visibility::Public | Visibility::Members => self.person.role >= Role::Moderator,
            Visibility::Private => self.is_host(),
        }
    }

    fn invites(&self) -> bool {
        match self.topic.inviters {
            Inviters::Participants => self.is_private() && self.place().is_some(),
            Inviters::Hosts => self.is_host(),
        }
    }

    fn leaves(&self) -> bool {
        let is_pair = self.topic.is_direct && self.topic.places.len() <= 2;
        self.is_private() && self.place().is_some() && !is_pair
    }

    fn is_private(&self) -> bool {
        self.topic.visibility == Visibility::Private
    }

    fn is_host(&self) -> bool {
        self.is_private() && self.place() == Some(Place::Host)
    }

    fn place(&self) -> Option<Place> {
        self.topic.place(self.person.user)
    }
}

/// Decides whether a person may do something in the house.
pub(super) fn decide_house(
    person: &Person,
    permission: HousePermission,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), Denied> {
    if person.is_banned(now) {
        return Err(Refusal::Banned.into());
    }
    let decision = match permission {
        HousePermission::BeginPrivate => {
            policy.makers.admit(person.role)?;
            allow_if(!person.is_muted(now), Refusal::Muted)
        }
        HousePermission::Ban
        | HousePermission::MuteEverywhere
        | HousePermission::RemoveMessages
        | HousePermission::Reports => allow_if(person.role >= Role::Moderator, Refusal::Forbidden),
        HousePermission::Invitations
        | HousePermission::Administer
        | HousePermission::Inspect
        | HousePermission::ReadAudit => allow_if(person.role >= Role::Owner, Refusal::Forbidden),
    };
    Ok(decision?)
}

/// Decides whether a person may give somebody a role, a ban and a mute. Owners change roles, moderators ban and mute, and nobody acts
/// on a person of their own role or a higher one, except an owner who steps down.
pub(super) fn decide_change(
    actor: &Person,
    target: &Person,
    standing: &Standing,
    now: Timestamp,
) -> Result<(), Denied> {
    let before = target.standing();
    let permission =
        if standing.role == before.role { HousePermission::Ban } else { HousePermission::Administer };
    decide_house(actor, permission, &Policy::default(), now)?;
    let keeps_sanctions =
        (standing.banned_until, standing.muted_until) == (before.banned_until, before.muted_until);
    let is_own_role = actor.user == target.user && keeps_sanctions;
    Ok(allow_if(before.role < actor.role || is_own_role, Refusal::Forbidden)?)
}

fn allow_if(is_allowed: bool, refusal: Refusal) -> Result<(), Refusal> {
    if is_allowed { Ok(()) } else { Err(refusal) }
}
