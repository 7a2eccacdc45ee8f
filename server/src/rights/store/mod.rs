//! Rights in the database.

mod audit;
mod change;
pub(crate) mod entity;
mod networks;
mod owner;
mod people;
mod policy;

use std::{collections::HashMap, net::IpAddr};

use app::protocol::{Timestamp, TopicName, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryResult, Statement};

use super::{Inviters, Person, Place, Policy, TopicRights, TopicState, Visibility};
use crate::database::{Database, refuse_standby};
pub(crate) use audit::{Act, AuditEntry, Changed, MAX_REASON_CHARS, NetworkChange};
pub(crate) use change::{ChangeError, StoredChange};
use entity::{participant, person, rights_change, topic_mute};
pub(crate) use networks::NetworkBan;
pub(crate) use people::ListedPerson;

/// The version of all rights.
const VERSION: &str = "SELECT COALESCE((SELECT version FROM rights), 0) AS version";
/// The same, and whether the server is a standby, which may lack the newest changes.
const SHARED_VERSION: &str = "SELECT COALESCE((SELECT version FROM rights), 0) AS version, \
    pg_is_in_recovery() AS is_standby";
/// The topics that are not public and open for everybody. Two indexes find them; with one condition, all topics would be read.
const SPECIAL_TOPICS: &str = "SELECT id, name, visibility, state, inviters FROM topic WHERE visibility > 0 OR state > 0 UNION \
    SELECT id, name, visibility, state, inviters FROM topic WHERE id IN (SELECT topic_id FROM topic_mute)";

/// The stored rights; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct RightsStore {
    database: Database,
}

/// The rights that do not belong to one person: the policy, the topics that are not public and open for everybody, and the banned
/// networks.
#[derive(Debug, Default)]
pub(crate) struct HouseRights {
    pub(super) policy: Policy,
    pub(super) special: HashMap<TopicName, TopicRights>,
    /// The banned networks, each with the end of its ban.
    pub(super) networks: HashMap<IpAddr, Timestamp>,
}

impl RightsStore {
    pub(crate) fn new(database: Database) -> Self {
        Self { database }
    }

    /// Returns the version of all rights, which each change raises. To be read before that which it is the version of.
    ///
    /// Errors: the server is a standby, which may lack the newest changes.
    pub(crate) async fn version(&self) -> Result<i64, DbErr> {
        let connection = self.database.read();
        let sql = if self.database.is_shared() { SHARED_VERSION } else { VERSION };
        let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), sql));
        let row = row.await?.ok_or_else(|| DbErr::RecordNotFound("rights".to_owned()))?;
        if self.database.is_shared() {
            refuse_standby(Some(row.try_get("", "is_standby")?))?;
        }
        row.try_get("", "version")
    }

    pub(crate) async fn house(&self) -> Result<HouseRights, DbErr> {
        let (policy, special) = (self.policy().await?, self.special_topics().await?);
        Ok(HouseRights { policy, special, networks: self.banned_until().await? })
    }

    async fn special_topics(&self) -> Result<HashMap<TopicName, TopicRights>, DbErr> {
        let connection = self.database.read();
        let select = Statement::from_string(connection.get_database_backend(), SPECIAL_TOPICS);
        let rows = connection.query_all_raw(select).await?;
        if rows.is_empty() {
            return Ok(HashMap::new());
        }
        let mut topics = HashMap::new();
        for row in rows {
            let id: i64 = row.try_get("", "id")?;
            topics.insert(id, (row.try_get::<String>("", "name")?, topic_of(&row)?));
        }
        for place in participant::Entity::find().all(connection).await? {
            if let Some((_, rights)) = topics.get_mut(&place.topic_id) {
                rights.places.insert(UserId(place.user), Place::of_number(place.role));
            }
        }
        for mute in topic_mute::Entity::find().all(connection).await? {
            if let Some((_, rights)) = topics.get_mut(&mute.topic_id) {
                let until = Timestamp(u64::try_from(mute.until).unwrap_or_default());
                rights.muted_until.insert(UserId(mute.user), until);
            }
        }
        // Nobody can ask for a topic whose name only a later version knows.
        let named = |(name, rights): (String, TopicRights)| Some((name.parse::<TopicName>().ok()?, rights));
        Ok(topics.into_values().filter_map(named).collect())
    }

    /// Returns the people whose rights have changed between two versions, or `None` if that is not known any more.
    pub(crate) async fn changed_between(
        &self,
        known: i64,
        newest: i64,
    ) -> Result<Option<Vec<UserId>>, DbErr> {
        let changes = rights_change::Entity::find()
            .filter(rights_change::Column::Version.gt(known))
            .filter(rights_change::Column::Version.lte(newest))
            .all(self.database.read())
            .await?;
        let is_complete = i64::try_from(changes.len()) == Ok(newest - known);
        let users = || changes.iter().filter_map(|change| change.user.map(UserId)).collect();
        Ok(is_complete.then(users))
    }

    /// Returns the rights of these people.
    pub(crate) async fn people(&self, users: &[UserId]) -> Result<Vec<Person>, DbErr> {
        people_on(self.database.read(), users).await
    }

    pub(crate) async fn person(&self, user: UserId) -> Result<Person, DbErr> {
        person_on(self.database.read(), user).await
    }
}

async fn people_on(connection: &impl ConnectionTrait, users: &[UserId]) -> Result<Vec<Person>, DbErr> {
    let rows = person::Entity::find()
        .filter(person::Column::User.is_in(users.iter().map(|user| user.0)))
        .all(connection)
        .await?;
    let stored: HashMap<UserId, Person> = rows.into_iter().map(person_of).collect();
    Ok(users.iter().map(|user| stored.get(user).cloned().unwrap_or_else(|| Person::guest(*user))).collect())
}

async fn person_on(connection: &impl ConnectionTrait, user: UserId) -> Result<Person, DbErr> {
    let row = person::Entity::find_by_id(user.0).one(connection).await?;
    Ok(row.map_or_else(|| Person::guest(user), |row| person_of(row).1))
}

fn person_of(person::Model { user, role, banned_until, muted_until }: person::Model) -> (UserId, Person) {
    let user = UserId(user);
    (user, Person::stored(user, Some(role), banned_until, muted_until))
}

fn topic_of(row: &QueryResult) -> Result<TopicRights, DbErr> {
    Ok(TopicRights {
        visibility: Visibility::of_number(row.try_get("", "visibility")?),
        state: TopicState::of_number(row.try_get("", "state")?),
        inviters: Inviters::of_number(row.try_get("", "inviters")?),
        ..TopicRights::default()
    })
}
