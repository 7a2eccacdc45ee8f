//! Changes that other nodes have stored.

use app::protocol::UserId;
use sea_orm::DbErr;
use tracing::warn;

use super::Moderation;

/// People whose rights are read in one statement.
const MAX_PEOPLE_PER_QUERY: usize = 1_000;

impl Moderation {
    /// Reads and applies the changes of other nodes since the last call.
    pub(crate) async fn refresh(&self) -> Result<(), DbErr> {
        let mut version = self.version.lock().await;
        let newest = self.store.version().await?;
        if newest == *version {
            return Ok(());
        }
        if newest < *version {
            warn!(
                newest,
                version = *version,
                "moderation.changes_lost: the database forgot changes of rights"
            );
        }
        self.rights.set_house(self.store.house().await?);
        self.open_networks.close_banned(&self.rights);
        let changed = self.store.changed_between(*version, newest).await?;
        let users = changed.unwrap_or_else(|| self.known_people());
        for users in users.chunks(MAX_PEOPLE_PER_QUERY) {
            for person in self.store.people(users).await? {
                self.set_person(&person).await;
            }
        }
        self.recheck_open();
        *version = newest;
        Ok(())
    }

    /// Returns the people whose rights this server has in memory.
    fn known_people(&self) -> Vec<UserId> {
        let mut people = self.sessions.connected_people();
        people.extend(self.fence.people());
        people
    }
}
