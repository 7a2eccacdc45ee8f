//! A person who writes all the time, on one server, and notes what they are sent.

mod seen;
mod writer;

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use app::protocol::{Action, ErrorCode, Name, TopicName, UserId};
use tokio::{task::JoinHandle, time::sleep};

use super::moderator::{ANSWER_TIMEOUT, RETRY_INTERVAL};
use crate::{
    Violation,
    api::{Answer, Api},
    random::Random,
};
use seen::Seen;
use writer::Writer;

/// A person with a topic of their own. Several servers may have a suspect of one identity.
pub(crate) struct Identity {
    api: Api,
    user: UserId,
    topic: TopicName,
}

/// What a person was sent and what was stored of them after the answer to their ban.
pub(crate) struct Aftermath {
    /// The time until their last frame that is no refusal.
    pub(crate) delivered: Duration,
    /// The time until they sent the last draft that was stored.
    pub(crate) stored: Option<Duration>,
    /// A connection that began later was sent more than a refusal.
    pub(crate) was_let_in: bool,
}

/// It ends on drop.
pub(crate) struct Suspect {
    api: Api,
    user: UserId,
    topic: TopicName,
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

impl Identity {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Violation> {
        let name = Name::parse("Suspect").expect("a name");
        let (api, user) = Api::open(address, &name).await.ok_or("no session for a suspect")?;
        let topic = format!("bans-{}", Random::fresh_word()).parse().expect("a topic");
        Ok(Self { api, user, topic })
    }

    pub(crate) fn topic(&self) -> &TopicName {
        &self.topic
    }
}

impl Suspect {
    /// Begins to write in the identity's topic and to read another.
    pub(crate) fn start(identity: &Identity, address: SocketAddr, reads: &TopicName, random: Random) -> Self {
        let Identity { api, user, topic } = identity;
        let mut api = api.clone();
        api.move_to(address);
        let seen = Arc::new(Seen::default());
        let writer = Writer {
            address,
            cookie: api.cookie().to_owned(),
            writes_in: topic.clone(),
            reads: reads.clone(),
            random,
            seen: Arc::clone(&seen),
        };
        let task = tokio::spawn(writer.run());
        Self { api, user: *user, topic: topic.clone(), seen, task }
    }

    pub(crate) fn user(&self) -> UserId {
        self.user
    }

    pub(crate) fn topic(&self) -> &TopicName {
        &self.topic
    }

    /// Notes when the ban was answered.
    pub(crate) fn is_banned_from(&self, at: Instant) {
        self.seen.begin_ban(at);
    }

    /// To be called before the ban is lifted. Returns what came after its answer.
    pub(crate) fn ends_ban(&self) -> Aftermath {
        self.seen.end_ban()
    }

    /// Waits until one more draft is acknowledged.
    pub(crate) async fn wait_until_writing(&self) -> Result<(), Violation> {
        let before = self.seen.acks();
        self.wait("a draft is stored", |seen| seen.acks() > before).await
    }

    /// Waits until a connection was closed because of the ban.
    pub(crate) async fn wait_until_closed(&self) -> Result<(), Violation> {
        self.wait("a banned person's connection is closed with 4502", Seen::is_closed).await
    }

    async fn wait(&self, what: &str, has_come: impl Fn(&Seen) -> bool) -> Result<(), Violation> {
        let started = Instant::now();
        while !has_come(&self.seen) {
            if let Some(fault) = self.seen.fault() {
                return Err(fault);
            }
            if started.elapsed() > ANSWER_TIMEOUT {
                return Err(format!("{what}: not within {ANSWER_TIMEOUT:?}"));
            }
            sleep(RETRY_INTERVAL).await;
        }
        Ok(())
    }

    /// Publishes by the API, which must refuse it.
    pub(crate) async fn expect_refusal(&self, random: &mut Random) -> Result<(), Violation> {
        let draft = random.draft();
        let started = Instant::now();
        loop {
            let action = Action::Publish { body: "more".to_owned(), reply_to: None };
            match self.api.clone().submit(self.topic.clone(), draft, action).await? {
                Answer::Refused(ErrorCode::Banned, _) => return Ok(()),
                Answer::Refused(ErrorCode::Unavailable, _) | Answer::Unanswered
                    if started.elapsed() < ANSWER_TIMEOUT => {}
                other => return Err(format!("a banned person's message was answered: {other:?}")),
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}

impl Drop for Suspect {
    fn drop(&mut self) {
        self.task.abort();
    }
}
