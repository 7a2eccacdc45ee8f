mod cost;
mod following;
mod names;
mod reading;

use super::*;
use crate::{
    config::{Cli, Command},
    event_log::{Action, Log, NewEvent, RenderedText},
};
use app::protocol::{Author, DraftId};
use clap::Parser;
use sea_orm::ConnectionTrait;
use std::sync::Mutex;
use testing::TestDatabase;
use uuid::Uuid;

const ANN: UserId = UserId(Uuid::from_u128(1));

const BOB: UserId = UserId(Uuid::from_u128(2));

/// Members and a log in a database of their own.
struct Bench {
    members: Members,
    log: Log,
    database: Database,
    tracker: TaskTracker,
    /// Who follows since they wrote.
    told: Arc<Mutex<Vec<(UserId, TopicName)>>>,
}

async fn bench(place: &TestDatabase, settings: &str) -> Bench {
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("{line} serves")
    };
    let (tracker, told) = (TaskTracker::new(), Arc::<Mutex<Vec<_>>>::default());
    let log = Log::open(database.clone(), &settings.limits, &tracker, |_| {}).await.unwrap();
    let tell = Arc::clone(&told);
    let heard = move |user, topic: &TopicName| tell.lock().unwrap().push((user, topic.clone()));
    let members = Members::open(database.clone(), &settings.limits, &tracker, heard);
    Bench { members, log, database, tracker, told }
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

impl Bench {
    /// Bob does something.
    async fn does(&self, place: &str, action: Action, mentions: &[UserId]) -> u64 {
        let author = Author { user: BOB, name: name("Bob"), unverified: false };
        let rendered = RenderedText { html: None, mentions: mentions.to_vec() };
        let event = NewEvent::new(topic(place), author, DraftId::fresh(), action);
        self.log.append(NewEvent { rendered, ..event }).await.unwrap().seq
    }

    async fn says(&self, place: &str) -> u64 {
        self.mentions(place, &[]).await
    }

    async fn mentions(&self, place: &str, mentions: &[UserId]) -> u64 {
        self.does(place, Action::Publish { body: "x".to_owned(), reply_to: None }, mentions).await
    }

    async fn follows(&self, user: UserId, place: &str, follow: Follow) -> Membership {
        self.members.follow(user, &name("Ann"), &topic(place), follow).await.unwrap()
    }

    async fn ann_reads(&self, place: &str, seq: u64) {
        self.members.read(ANN, &topic(place), seq).await;
    }

    /// Ann's place: how far she has read, what is unread, and how often she is mentioned there.
    async fn ann(&self, place: &str) -> (u64, u64, u64) {
        let place = self.members.membership(ANN, &topic(place)).await.unwrap().unwrap();
        (place.read, place.unread(), place.mentions)
    }

    async fn list(&self) -> Vec<String> {
        let list = self.members.memberships(ANN).await.unwrap();
        list.iter().map(|place| place.topic.to_string()).collect()
    }

    /// Ends in order.
    async fn ends(self) {
        let Self { members, log, database, tracker, .. } = self;
        drop((members, log));
        tracker.close();
        tracker.wait().await;
        database.close().await;
    }
}
