//! A person who bans.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use app::protocol::{ErrorCode, Name, TopicName, UserId};
use serde_json::json;
use tokio::time::sleep;

use crate::{
    Violation,
    api::{Answer, Api, Messages},
    server_process::Program,
};

/// The largest time that the protocol knows: the end of the year 9999, in milliseconds.
const FOR_EVER: u64 = 253_402_300_799_999;
/// A request is answered within this time, although the server is ended meanwhile.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
pub(super) const RETRY_INTERVAL: Duration = Duration::from_millis(10);

pub(crate) struct Moderator {
    api: Api,
}

impl Moderator {
    /// Makes somebody the owner, by a code of the command line. The server must run.
    pub(crate) async fn appoint(program: &Program) -> Result<Self, Violation> {
        let name = Name::parse("Moderator").expect("a name");
        let (api, _) = Api::open(program.address, &name).await.ok_or("no session for a moderator")?;
        api.become_owner(&program.owner_code()).await?;
        Ok(Self { api })
    }

    /// Continues with another server.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        self.api.move_to(address);
    }

    /// Bans a person or ends their ban, and returns when that was answered.
    pub(crate) async fn set_banned(&self, user: UserId, is_banned: bool) -> Result<Instant, Violation> {
        let mut standing = json!({ "role": "guest" });
        if is_banned {
            standing["banned_until"] = json!(FOR_EVER);
        }
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        while done(self.api.set_standing(user, &standing).await?, deadline)?.is_none() {
            sleep(RETRY_INTERVAL).await;
        }
        Ok(Instant::now())
    }

    /// Returns the `seq` of the newest event of a topic.
    pub(crate) async fn head(&self, topic: &TopicName) -> Result<u64, Violation> {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        loop {
            let answer = self.api.clone().messages(topic.clone()).await?;
            if let Some(Messages { head, .. }) = done(answer, deadline)? {
                return Ok(head);
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}

/// Returns `None` if the request is to be sent again.
fn done<T>(answer: Answer<T>, deadline: Instant) -> Result<Option<T>, Violation> {
    match answer {
        Answer::Done(done) => Ok(Some(done)),
        Answer::Refused(ErrorCode::Unavailable, _) | Answer::Unanswered if Instant::now() < deadline => {
            Ok(None)
        }
        Answer::Refused(code, message) => Err(format!("a moderator's request: {code:?} {message}")),
        Answer::Unanswered => Err(format!("a moderator had no answer within {ANSWER_TIMEOUT:?}")),
    }
}
