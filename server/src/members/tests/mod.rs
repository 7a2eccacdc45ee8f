mod cost;
mod following;
mod names;
mod reading;

use super::*;
use crate::{
    config::{Cli, Command},
    event_log::{Log, NewEvent},
    session::entity as session,
};
use app::protocol::{Action, Author, DraftId, RenderedText};
use clap::Parser;
use parking_lot::Mutex;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use testing::TestDatabase;
use uuid::Uuid;

const ANN: UserId = UserId(Uuid::from_u128(1));

const BOB: UserId = UserId(Uuid::from_u128(2));

/// Members and an event log in a database of their own.
struct Bench {
    members: Members,
    log: Log,
    database: Database,
    tracker: TaskTracker,
    /// People who follow a topic because they wrote in it.
    auto_followed: Arc<Mutex<Vec<(UserId, TopicName)>>>,
}

async fn bench(place: &TestDatabase, settings: &str) -> Bench {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("{line} serves")
    };
    let tracker = TaskTracker::new();
    let auto_followed = Arc::<Mutex<Vec<_>>>::default();
    let log = Log::open(database.clone(), &settings.limits, &tracker, |_| {}).await.unwrap();
    let recorded = Arc::clone(&auto_followed);
    let on_follow = move |user, topic: &TopicName| recorded.lock().push((user, topic.clone()));
    let members = Members::open(database.clone(), &settings.limits, &tracker, on_follow);
    Bench { members, log, database, tracker, auto_followed }
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

impl Bench {
    /// Appends an event by Bob.
    async fn append(&self, place: &str, action: Action, mentions: &[UserId]) -> u64 {
        self.append_as(BOB, place, action, mentions).await
    }

    async fn append_as(&self, user: UserId, place: &str, action: Action, mentions: &[UserId]) -> u64 {
        let author = Author { user, name: name("Somebody"), unverified: false };
        let rendered = RenderedText { html: None, mentions: mentions.to_vec() };
        let event = NewEvent::unchecked(topic(place), author, DraftId::fresh(), action);
        self.log.append(event.with_rendered(rendered)).await.unwrap().seq
    }

    async fn add_session(&self, user: UserId, name: &str) {
        let row = session::ActiveModel {
            token_hash: Set(user.0.as_bytes().to_vec()),
            user: Set(user.0),
            name: Set(name.to_owned()),
            access: Set(None),
            created_at: Set(0),
            expires_at: Set(i64::MAX),
        };
        session::Entity::insert(row).exec_without_returning(self.database.write()).await.unwrap();
    }

    async fn publish(&self, place: &str) -> u64 {
        self.publish_mentioning(place, &[]).await
    }

    async fn publish_as(&self, user: UserId, place: &str) -> u64 {
        let action = Action::Publish { body: "x".to_owned(), reply_to: None };
        self.append_as(user, place, action, &[]).await
    }

    async fn publish_mentioning(&self, place: &str, mentions: &[UserId]) -> u64 {
        self.append(place, Action::Publish { body: "x".to_owned(), reply_to: None }, mentions).await
    }

    async fn follow(&self, user: UserId, place: &str, follow: Follow) -> Membership {
        self.members.follow(user, &name("Ann"), &topic(place), follow, None).await.unwrap()
    }

    async fn ann_reads(&self, place: &str, seq: u64) {
        self.members.read(ANN, &topic(place), seq).await;
    }

    /// Ann's membership: her read mark, unread messages and unread mentions.
    async fn ann(&self, place: &str) -> (u64, u64, u64) {
        let place = self.members.membership(ANN, &topic(place)).await.unwrap().unwrap();
        (place.read, place.unread(), place.mentions)
    }

    /// The topics in Ann's list.
    async fn list(&self) -> Vec<String> {
        let list = self.members.memberships(ANN).await.unwrap();
        list.iter().map(|place| place.topic.to_string()).collect()
    }

    /// Shuts down in order.
    async fn close(self) {
        let Self { members, log, database, tracker, .. } = self;
        drop((members, log));
        tracker.close();
        tracker.wait().await;
        database.close().await;
    }
}
