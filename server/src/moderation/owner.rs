//! The way to become an owner: a code from whoever runs the server.

use app::protocol::UserId;
use tracing::info;

use super::Moderation;
use crate::{
    rights::{ChangeError, Person},
    session::OwnerCode,
};

impl Moderation {
    /// Makes a person an owner by a code of [`owner_code`](crate::session::Sessions::owner_code), which works once.
    pub(crate) async fn make_owner(&self, user: UserId, code: OwnerCode) -> Result<Person, ChangeError> {
        let store = self.store.clone();
        let change = async move { store.make_owner(user, code.hash, code.expires_at).await };
        let person = self.apply(user, change).await?;
        info!(%user, "moderation.owner_made");
        Ok(person)
    }
}
