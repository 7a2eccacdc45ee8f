//! The people whom moderators look for.

use std::collections::HashMap;

use app::protocol::UserId;
use sea_orm::DbErr;

use super::Moderation;
use crate::{clock::now, rights::ListedPerson};

impl Moderation {
    /// Returns people after another one, in the order of their ids: those whose name contains `name`, or without a name all who have a
    /// role, a ban or a mute.
    pub(crate) async fn list_people(
        &self,
        name: &str,
        after: Option<UserId>,
        count: u64,
    ) -> Result<Vec<ListedPerson>, DbErr> {
        self.store.list_people(name, after, count, now()).await
    }

    /// Returns a person with the name of their latest session.
    pub(crate) async fn listed_person(&self, user: UserId) -> Result<Option<ListedPerson>, DbErr> {
        Ok(self.store.listed(&[user]).await?.pop())
    }

    /// Returns the names that these people's latest sessions have.
    pub(crate) async fn names(&self, users: &[UserId]) -> Result<HashMap<UserId, String>, DbErr> {
        self.store.names(users).await
    }
}
