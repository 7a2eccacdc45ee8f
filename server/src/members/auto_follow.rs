//! A follow that comes with a person's first message in a topic.

use app::protocol::{Name, TopicName, UserId};
use tokio::sync::oneshot;

use super::name_key;

/// A person who wrote in a topic and follows it from now on.
pub(super) struct AutoFollow {
    pub(super) user: UserId,
    pub(super) name_key: String,
    pub(super) topic: TopicName,
    /// Messages up to this `seq` do not count as unread; `None` for all that there are.
    pub(super) read: Option<u64>,
    /// Notified after the attempt to store it.
    pub(super) done: Option<oneshot::Sender<()>>,
}

impl AutoFollow {
    pub(super) fn new(
        user: UserId,
        name: &Name,
        topic: &TopicName,
        done: Option<oneshot::Sender<()>>,
    ) -> Self {
        Self { user, name_key: name_key(name.as_str()), topic: topic.clone(), read: None, done }
    }
}
