//! The people whom moderators look for.

use std::collections::HashMap;

use app::protocol::{Timestamp, UserId};
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use uuid::Uuid;

use super::{RightsStore, change::stored_time};
use crate::rights::Person;

/// People with a role, a ban or a mute, by id.
const WITH_STANDING: &str = "SELECT person.\"user\" FROM person \
    WHERE (role > 0 OR banned_until > $1 OR muted_until > $1) AND person.\"user\" > $2 ORDER BY person.\"user\" LIMIT $3";
/// People whose session has a name like that, by id. It reads all sessions.
const NAMED: &str = "SELECT DISTINCT session.\"user\" FROM session \
    WHERE LOWER(name) LIKE LOWER($1) ESCAPE '!' AND session.\"user\" > $2 ORDER BY session.\"user\" LIMIT $3";

/// A person in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedPerson {
    pub(crate) user: UserId,
    /// The name of their latest session; `None` without a session or a name.
    pub(crate) name: Option<String>,
    pub(crate) person: Person,
}

impl RightsStore {
    /// Returns people after another one, in the order of their ids: those whose name contains `name`, or without a name all who have a
    /// role, a ban or a mute.
    pub(crate) async fn list_people(
        &self,
        name: &str,
        after: Option<UserId>,
        count: u64,
        now: Timestamp,
    ) -> Result<Vec<ListedPerson>, DbErr> {
        // Ids are at least 1: the nil UUID stands for sessions that have ended.
        let after: Value = after.map_or(Uuid::nil(), |user| user.0).into();
        let count: Value = i64::try_from(count).unwrap_or(i64::MAX).into();
        let users = if name.is_empty() {
            self.users(WITH_STANDING, [stored_time(now).into(), after, count]).await?
        } else {
            self.users(NAMED, [like_pattern(name).into(), after, count]).await?
        };
        self.listed(&users).await
    }

    /// Returns these people with their names.
    pub(crate) async fn listed(&self, users: &[UserId]) -> Result<Vec<ListedPerson>, DbErr> {
        let mut names = self.names(users).await?;
        let people = self.people(users).await?;
        let listed = users.iter().zip(people);
        Ok(listed
            .map(|(user, person)| ListedPerson { user: *user, name: names.remove(user), person })
            .collect())
    }

    /// Returns the names that these people's latest sessions have.
    pub(crate) async fn names(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, DbErr> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let places: Vec<String> = (1..=users.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT \"user\", name FROM session WHERE \"user\" IN ({}) ORDER BY expires_at",
            places.join(", ")
        );
        let connection = self.database.read();
        let values = users.iter().map(|user| Value::from(user.0));
        let select = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        let mut names = HashMap::new();
        for row in connection.query_all_raw(select).await? {
            let name: String = row.try_get("", "name")?;
            if !name.trim().is_empty() {
                names.insert(UserId(row.try_get("", "user")?), name);
            }
        }
        Ok(names)
    }

    async fn users(&self, sql: &str, values: [Value; 3]) -> Result<Vec<UserId>, DbErr> {
        let connection = self.database.read();
        let select = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
        let rows = connection.query_all_raw(select).await?;
        rows.iter().map(|row| row.try_get("", "user").map(UserId)).collect()
    }
}

/// Returns the pattern of `LIKE` for texts that contain `text`.
fn like_pattern(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_name_are_letters() {
        assert_eq!(like_pattern("a_b%c!"), "%a!_b!%c!!%");
    }
}
