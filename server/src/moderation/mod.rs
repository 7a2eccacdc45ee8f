//! Changes of people's rights: stores them, and brings them to the doors and to open connections of this server. Other nodes find them
//! by the version of all rights.

mod networks;
mod open_networks;
mod owner;
mod people;
mod policy;
mod refresh;

use std::sync::{Arc, OnceLock};

use app::protocol::UserId;
use sea_orm::DbErr;
use tokio::sync::Mutex;
use tracing::{error, info};
use uuid::Uuid;

use crate::{
    database::Database,
    event_log::Fence,
    rights::{AuditEntry, ChangeError, Person, Rights, RightsStore, StandingChange, StoredChange},
    session::Sessions,
};
pub(crate) use open_networks::NetworkWatch;
use open_networks::OpenNetworks;

/// The changes of rights; cheap to clone.
#[derive(Clone)]
pub(crate) struct Moderation {
    store: RightsStore,
    rights: Rights,
    sessions: Sessions,
    fence: Fence,
    open_networks: OpenNetworks,
    /// The version up to which this server applies all changes. Locked from a read or a change to its effect, so that no older rights
    /// replace newer ones.
    version: Arc<Mutex<i64>>,
    on_change: Arc<OnceLock<OnChange>>,
    on_restriction: Arc<OnceLock<OnRestriction>>,
}

/// Called with the version of a change that this server has stored.
type OnChange = Box<dyn Fn(i64) + Send + Sync>;
/// Called after rights have changed while some topic is not for everybody: what is open has to be asked about again.
type OnRestriction = Box<dyn Fn() + Send + Sync>;

impl Moderation {
    /// Reads the policy and the restricted topics into `rights`.
    pub(crate) async fn open(
        database: Database,
        rights: Rights,
        sessions: Sessions,
        fence: Fence,
    ) -> Result<Self, DbErr> {
        let store = RightsStore::new(database);
        let version = store.version().await?;
        rights.set_house(store.house().await?);
        let version = Arc::new(Mutex::new(version));
        let (on_change, on_restriction) = Default::default();
        let open_networks = OpenNetworks::default();
        Ok(Self { store, rights, sessions, fence, open_networks, version, on_change, on_restriction })
    }

    /// Sets the callback for changes that this server has stored.
    pub(crate) fn on_change(&self, notify: impl Fn(i64) + Send + Sync + 'static) {
        // There is one chat, which sets it once.
        let _ = self.on_change.set(Box::new(notify));
    }

    /// Sets the callback for changes of rights while some topic is not for everybody.
    pub(crate) fn on_restriction(&self, recheck: impl Fn() + Send + Sync + 'static) {
        // There is one chat, which sets it once.
        let _ = self.on_restriction.set(Box::new(recheck));
    }

    /// Returns a person's rights.
    pub(crate) async fn person(&self, user: UserId) -> Result<Person, DbErr> {
        self.store.person(user).await
    }

    /// Returns the newest entries of the audit log, or the newest before an entry.
    pub(crate) async fn audit(&self, before: Option<Uuid>, count: u64) -> Result<Vec<AuditEntry>, DbErr> {
        self.store.audit(before, count).await
    }

    /// Changes a person's role, ban or mute, for a reason that the audit log keeps. When this returns, no door of this server lets a
    /// banned person in, nothing more of theirs is stored by it, and their connections are closing.
    pub(crate) async fn change_person(
        &self,
        actor: UserId,
        user: UserId,
        change: impl Into<StandingChange>,
        reason: String,
    ) -> Result<Person, ChangeError> {
        let store = self.store.clone();
        let change = change.into();
        let person =
            self.apply(user, async move { store.change_person(actor, user, change, reason).await }).await?;
        info!(%actor, %user, standing = ?person.standing(), "moderation.person_changed");
        Ok(person)
    }

    /// Runs a change to its end in a task of its own: a client who hangs up must not leave a change that open connections do not know.
    async fn apply(
        &self,
        user: UserId,
        change: impl Future<Output = Result<StoredChange, ChangeError>> + Send + 'static,
    ) -> Result<Person, ChangeError> {
        let moderation = self.clone();
        let task = tokio::spawn(async move { moderation.store_and_apply(user, change).await });
        task.await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string()).into()))
    }

    async fn store_and_apply(
        &self,
        user: UserId,
        change: impl Future<Output = Result<StoredChange, ChangeError>>,
    ) -> Result<Person, ChangeError> {
        let mut version = self.version.lock().await;
        match change.await {
            Ok(stored) => {
                self.set_person(&stored.person).await;
                self.recheck_open();
                // After a gap, other changes are still to be read.
                if stored.version == *version + 1 {
                    *version = stored.version;
                }
                self.notify(stored.version);
                Ok(stored.person)
            }
            Err(ChangeError::Unavailable(error)) => {
                self.apply_uncertain(user).await;
                Err(error.into())
            }
            Err(refused) => Err(refused),
        }
    }

    /// The change may have been stored before its connection failed.
    async fn apply_uncertain(&self, user: UserId) {
        match self.store.person(user).await {
            Ok(person) => {
                self.set_person(&person).await;
                self.recheck_open();
            }
            Err(error) => error!(%user, %error, "moderation.unknown: repeat the change"),
        }
    }

    /// Applies a person's rights to what is on its way: to open connections, and to the queue of the log.
    async fn set_person(&self, person: &Person) {
        self.sessions.set_person(person);
        self.fence.set(person).await;
    }

    /// Has everything that is open asked about again, unless everybody may read everything.
    fn recheck_open(&self) {
        if self.rights.restricts_readers()
            && let Some(recheck) = self.on_restriction.get()
        {
            recheck();
        }
    }

    fn notify(&self, version: i64) {
        if let Some(notify) = self.on_change.get() {
            notify(version);
        }
    }
}

#[cfg(test)]
mod tests;
