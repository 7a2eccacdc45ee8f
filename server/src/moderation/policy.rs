//! Changes of the policy.

use app::protocol::UserId;
use sea_orm::DbErr;
use tracing::{error, info};

use super::Moderation;
use crate::rights::{ChangeError, Policy};

impl Moderation {
    /// Returns the stored policy.
    pub(crate) async fn policy(&self) -> Result<Policy, DbErr> {
        self.store.policy().await
    }

    /// Replaces the policy, for a reason that the audit log keeps. When this returns, all doors of this server follow it, and what is
    /// open and no longer allowed is ending.
    pub(crate) async fn change_policy(
        &self,
        actor: UserId,
        policy: Policy,
        reason: String,
    ) -> Result<(), ChangeError> {
        let moderation = self.clone();
        // A client who hangs up must not leave a change that open connections do not know.
        let task = tokio::spawn(async move { moderation.store_policy(actor, policy, reason).await });
        task.await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string()).into()))
    }

    async fn store_policy(&self, actor: UserId, policy: Policy, reason: String) -> Result<(), ChangeError> {
        let mut version = self.version.lock().await;
        match self.store.change_policy(actor, policy, reason).await {
            Ok(stored) => {
                self.rights.set_policy(policy);
                self.recheck_open();
                // After a gap, other changes are still to be read.
                if stored == *version + 1 {
                    *version = stored;
                }
                self.notify(stored);
                info!(%actor, ?policy, "moderation.policy_changed");
                Ok(())
            }
            Err(ChangeError::Unavailable(error)) => {
                self.apply_uncertain_policy().await;
                Err(error.into())
            }
            Err(refused) => Err(refused),
        }
    }

    /// The change may have been stored before its connection failed.
    async fn apply_uncertain_policy(&self) {
        match self.store.policy().await {
            Ok(policy) => {
                self.rights.set_policy(policy);
                self.recheck_open();
            }
            Err(error) => error!(%error, "moderation.unknown: repeat the change of the policy"),
        }
    }
}
