//! Bans of networks: stores them, and brings them to the doors and to open connections of this server.

use std::net::IpAddr;

use app::protocol::{Timestamp, UserId};
use sea_orm::DbErr;
use tracing::{error, info};

use super::{Moderation, open_networks::NetworkWatch};
use crate::{
    clock::now,
    rights::{ChangeError, NetworkBan},
};

impl Moderation {
    /// Watches a connection from a network. To be called before [`Rights::is_network_banned`](crate::rights::Rights::is_network_banned)
    /// is asked for it. Returns `None` for this machine, which nobody bans.
    pub(crate) fn watch_network(&self, network: IpAddr) -> Option<NetworkWatch> {
        (!network.is_loopback()).then(|| self.open_networks.watch(network))
    }

    /// Returns the banned networks, the latest ban first.
    pub(crate) async fn banned_networks(&self) -> Result<Vec<NetworkBan>, DbErr> {
        self.store.networks().await
    }

    /// Bans a network. When this returns, no door of this server lets anybody in from there, and connections from there are closing.
    pub(crate) async fn ban_network(
        &self,
        actor: UserId,
        network: IpAddr,
        banned_until: Timestamp,
        reason: String,
    ) -> Result<NetworkBan, ChangeError> {
        let ban = NetworkBan { network, banned_until, reason, actor, at: now() };
        let moderation = self.clone();
        let stored = ban.clone();
        to_its_end(async move {
            let mut version = moderation.version.lock().await;
            let result = moderation.store.ban_network(stored).await.map(Some);
            moderation.apply_network(&mut version, network, Some(banned_until), result).await
        })
        .await?;
        info!(%actor, %network, "moderation.network_banned");
        Ok(ban)
    }

    /// Lifts the ban of a network. Returns `false` if it was not banned.
    pub(crate) async fn lift_network(&self, actor: UserId, network: IpAddr) -> Result<bool, ChangeError> {
        let moderation = self.clone();
        let is_lifted = to_its_end(async move {
            let mut version = moderation.version.lock().await;
            let result = moderation.store.lift_network(actor, network).await;
            moderation.apply_network(&mut version, network, None, result).await
        })
        .await?;
        if is_lifted {
            info!(%actor, %network, "moderation.network_lifted");
        }
        Ok(is_lifted)
    }

    /// Applies what was stored with a version, if anything was, and returns whether.
    async fn apply_network(
        &self,
        version: &mut i64,
        network: IpAddr,
        banned_until: Option<Timestamp>,
        result: Result<Option<i64>, ChangeError>,
    ) -> Result<bool, ChangeError> {
        match result {
            Ok(None) => Ok(false),
            Ok(Some(stored)) => {
                self.rights.set_network(network, banned_until);
                self.open_networks.close_banned(&self.rights);
                // After a gap, other changes are still to be read.
                if stored == *version + 1 {
                    *version = stored;
                }
                self.notify(stored);
                Ok(true)
            }
            Err(ChangeError::Unavailable(error)) => {
                self.apply_uncertain_house().await;
                Err(error.into())
            }
            Err(refused) => Err(refused),
        }
    }

    /// The change may have been stored before its connection failed.
    async fn apply_uncertain_house(&self) {
        match self.store.house().await {
            Ok(house) => {
                self.rights.set_house(house);
                self.open_networks.close_banned(&self.rights);
                self.recheck_open();
            }
            Err(error) => error!(%error, "moderation.unknown: repeat the change"),
        }
    }
}

/// Runs a change in a task of its own: a client who hangs up must not leave a change that open connections do not know.
async fn to_its_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, ChangeError>> + Send + 'static,
) -> Result<T, ChangeError> {
    tokio::spawn(change).await.unwrap_or_else(|error| Err(DbErr::Custom(error.to_string()).into()))
}
