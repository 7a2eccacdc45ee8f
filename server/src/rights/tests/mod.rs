mod policies;
mod rules;
mod service;
mod table;

use app::protocol::{Timestamp, UserId};
use uuid::Uuid;

use super::{
    decide::{Question, decide_change, decide_house},
    *,
};

const NOW: Timestamp = Timestamp(1_000);
const LATER: Timestamp = Timestamp(1_001);

const ROLES: [Role; 4] = [Role::Guest, Role::Member, Role::Moderator, Role::Owner];

const ANN: UserId = UserId(Uuid::from_u128(1));

fn person(role: Role) -> Person {
    Person { role, ..Person::guest(ANN) }
}

/// A topic in which Ann has this place.
fn topic(visibility: Visibility, state: TopicState, place: Option<Place>) -> TopicRights {
    let places = place.map(|place| (ANN, place)).into_iter().collect();
    TopicRights { visibility, state, places, ..TopicRights::default() }
}

/// The decision under the default policy.
fn decide(person: &Person, permission: Permission, topic: &TopicRights) -> Result<(), Denied> {
    decide_under(&Policy::default(), person, permission, topic)
}

fn decide_under(
    policy: &Policy,
    person: &Person,
    permission: Permission,
    topic: &TopicRights,
) -> Result<(), Denied> {
    Question { person, topic, policy, now: NOW }.decide(permission)
}

fn refused(refusal: Refusal) -> Result<(), Denied> {
    Err(Denied::Refused(refusal))
}
