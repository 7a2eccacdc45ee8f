//! What an older page kept in the browser's local storage is taken over, once.

use web_sys::Storage;

use super::drafts::keep;
use crate::{
    json_lite::{self, reads},
    model::outbox::{Action, Draft},
    protocol::{DraftId, TopicName, UserId},
};

const PREFIX: &str = "chorus.draft.";

/// A draft as it was kept then.
struct Older {
    id: DraftId,
    topic: TopicName,
    body: String,
    /// In milliseconds since 1970.
    written_at: u64,
}

reads! {
    Older { id, topic, body, written_at }
}

/// Takes it over as what this person wrote. The older entry goes once the new one is safe.
pub(crate) async fn take_over(user: UserId) {
    let Some(storage) = web_sys::window().and_then(|window| window.local_storage().ok().flatten()) else {
        return;
    };
    for key in keys(&storage) {
        let json = storage.get_item(&key).ok().flatten().unwrap_or_default();
        if let Some(older) = json_lite::parse(&json)
            && keep(&newer(older, user)).await
        {
            let _ = storage.remove_item(&key);
        }
    }
}

fn keys(storage: &Storage) -> Vec<String> {
    let all = (0..storage.length().unwrap_or(0)).filter_map(|n| storage.key(n).ok().flatten());
    all.filter(|key| key.starts_with(PREFIX)).collect()
}

fn newer(Older { id, topic, body, written_at }: Older, author: UserId) -> Draft {
    let order = written_at.saturating_mul(1_000);
    // It may have been on its way: that was not noted then.
    Draft {
        id,
        topic,
        author,
        name: None,
        action: Action::Publish,
        body,
        reply_to: None,
        order,
        was_sent: true,
        refusal: None,
    }
}
