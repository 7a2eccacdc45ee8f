//! The delivery of other nodes' events, on a store about which this node has no hints.

use std::time::Duration;

use app::protocol::{Action, Author, DraftId, Name, UserId};
use clap::Parser;
use futures::future::BoxFuture;
use sea_orm::ConnectionTrait;
use testing::TestDatabase;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::{delivery_task::PollState, published_event::PublishedEvent, *};
use crate::{
    chat::{
        followers::{Followers, InboxReceiver},
        presence::{Presence, PresenceConfig},
        typing::Typing,
    },
    config::{Cli, Command},
    database::Database,
    event_log::{Continuity, Log, NewEvent, StoredHeads},
    hub::Hub,
    members::Members,
    nodes::{BusItem, EventBatch, NoSignals},
    session::Sessions,
};

struct Fixture {
    task: DeliveryTask,
    log: Log,
    database: Database,
    published: Arc<Mutex<Vec<Notification>>>,
    /// Follows the topics of [`Fixture::follows`].
    ann: InboxReceiver,
    _place: TestDatabase,
}

const ANN: UserId = UserId(Uuid::from_u128(1));

async fn fixture(publish: impl Fn(&Notification) + Send + Sync + 'static) -> Fixture {
    let place = testing::sqlite();
    let database = Database::open(place.url()).await.unwrap();
    database.migrate().await.unwrap();
    let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
        panic!("serve")
    };
    let log = Log::open(database.clone(), &settings.limits, &TaskTracker::new(), |_| {}).await.unwrap();
    let followers = Followers::new(database.clone(), Duration::from_secs(3_600));
    let published = Arc::default();
    let seen: Arc<Mutex<Vec<Notification>>> = Arc::clone(&published);
    let tracker = TaskTracker::new();
    let hub = Hub::new(1);
    let presence = PresenceConfig::from_limits(&settings.limits);
    let task = DeliveryTask {
        people: RemotePeople {
            followers: followers.clone(),
            members: Members::open(database.clone(), &settings.limits, &tracker, |_, _| {}),
            sessions: Sessions::new(database.clone(), false),
        },
        presence: Presence::new(hub.clone(), presence, None),
        typing: Typing::new(hub.clone(), Duration::from_secs(1), None),
        remote: RemoteEvents::new(Arc::new(NoSignals)),
        log: log.node_log(),
        hub,
        followers: followers.clone(),
        publish: Arc::new(move |notification| {
            publish(&notification);
            seen.lock().push(notification);
        }),
    };
    Fixture { task, log, database, published, ann: followers.connect(ANN), _place: place }
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

impl Fixture {
    fn follows(&self, name: &str) {
        self.task.followers.set_following(ANN, &topic(name), true);
    }

    async fn stores(&self, name: &str, count: u64) {
        let author = Author { user: ANN, name: Name::anonymous(), unverified: false };
        for n in 0..count {
            let action = Action::Publish { body: n.to_string(), reply_to: None };
            let event = NewEvent::unchecked(topic(name), author.clone(), DraftId::fresh(), action);
            self.log.append(event).await.unwrap();
        }
    }

    /// Makes the store believe that a topic has more events than it has.
    async fn breaks(&self, name: &str) {
        let sql = format!("UPDATE topic SET head = head + 5 WHERE name = '{name}'");
        self.database.write().execute_unprepared(&sql).await.unwrap();
        self.task.log.evict(&topic(name));
    }

    fn published(&self) -> Vec<String> {
        let name = |notification| match notification {
            Notification::Events(topic, events) => format!("{topic} {}", events.len()),
            Notification::Resync(topic) => format!("{topic} resync"),
            Notification::Diverged(topic) => format!("{topic} diverged"),
        };
        std::mem::take(&mut *self.published.lock()).into_iter().map(name).collect()
    }
}

#[tokio::test]
async fn a_hint_about_a_topic_that_nobody_uses_any_more_reads_nothing() {
    let fixture = fixture(|_| {}).await;
    fixture.stores("lobby", 3).await;
    fixture.task.remote.delivered.lock().published(&topic("lobby"), 1);
    let reads = fixture.task.log.reads();
    fixture.task.handle_hint(&topic("lobby"), 3).await.unwrap();
    assert_eq!((fixture.published(), fixture.task.log.reads()), (vec!["lobby resync".to_owned()], reads));
    assert_eq!(fixture.task.remote.delivered.lock().all_published(), []);
    fixture.follows("lobby");
    fixture.task.remote.delivered.lock().published(&topic("lobby"), 1);
    fixture.task.handle_hint(&topic("lobby"), 3).await.unwrap();
    assert_eq!(fixture.published(), ["lobby 2"]);
}

#[tokio::test]
async fn events_that_come_with_their_hint_are_read_only_if_they_are_not_the_next_ones() {
    let fixture = fixture(|_| {}).await;
    fixture.stores("lobby", 4).await;
    let events = fixture.task.log.stored_since(&topic("lobby"), 0, 4).await.unwrap().events;
    let batch = |after: usize, event: usize| EventBatch {
        topic: topic("lobby"),
        after: events[after].kind.draft(),
        dialect: markup::VERSION,
        events: vec![events[event].clone()],
    };
    let reads = || fixture.task.log.reads();
    fixture.task.remote.delivered.lock().published(&topic("lobby"), &events[0]);
    let before = reads();
    fixture.task.handle_events(batch(0, 1)).await.unwrap();
    assert_eq!((fixture.published(), reads()), (vec!["lobby resync".to_owned()], before), "nobody uses it");
    fixture.follows("lobby");
    fixture.task.remote.delivered.lock().published(&topic("lobby"), &events[0]);
    fixture.task.handle_events(batch(0, 1)).await.unwrap();
    assert_eq!((fixture.published(), reads()), (vec!["lobby 1".to_owned()], before));
    fixture.task.handle_events(batch(0, 1)).await.unwrap();
    assert_eq!((fixture.published(), reads()), (vec![], before), "it came twice");
    let of_other_dialect = EventBatch { dialect: markup::VERSION + 1, ..batch(1, 2) };
    fixture.task.handle_events(of_other_dialect).await.unwrap();
    assert_eq!(fixture.published(), ["lobby 2"], "as the store has them");
    assert!(reads() > before);
}

/// A topic whose third event is another one than was published here; and what the store says of it.
async fn diverged(is_stored: bool) -> (Fixture, PublishedEvent, StoredHeads) {
    let fixture = fixture(|_| {}).await;
    fixture.stores("lobby", 3).await;
    let draft = fixture.task.log.stored_since(&topic("lobby"), 2, 1).await.unwrap().events[0].kind.draft();
    let stored = StoredHeads::of(&topic("lobby"), 3, [(3, draft.unwrap())]);
    let published =
        PublishedEvent { topic: topic("lobby"), seq: 3, draft: Some(DraftId::fresh()), is_stored };
    (fixture, published, stored)
}

#[tokio::test]
async fn a_store_without_events_that_it_had_takes_no_more() {
    let (fixture, published, stored) = diverged(true).await;
    let same = PublishedEvent { draft: stored.draft_at(&topic("lobby"), 3), ..published.clone() };
    fixture.task.compare(std::slice::from_ref(&same), &stored).await.unwrap();
    assert_eq!((fixture.published(), fixture.log.continuity()), (vec![], Continuity::Unbroken));
    fixture.task.compare(&[same], &StoredHeads::default()).await.unwrap();
    assert_eq!(fixture.log.continuity(), Continuity::Unbroken, "a standby was read");
    assert_eq!(fixture.published(), ["lobby resync"]);
    fixture.task.compare(&[published], &stored).await.unwrap();
    assert_eq!(
        (fixture.published(), fixture.log.continuity()),
        (vec!["lobby resync".to_owned()], Continuity::Lost)
    );
}

#[tokio::test]
async fn an_event_that_only_a_hint_had_proves_nothing_about_the_store() {
    let (fixture, published, stored) = diverged(false).await;
    let rendered_before = fixture.log.divergences();
    fixture.task.compare(&[published], &stored).await.unwrap();
    assert_eq!(
        (fixture.published(), fixture.log.continuity()),
        (vec!["lobby diverged".to_owned()], Continuity::Unbroken)
    );
    assert!(fixture.log.divergences() > rendered_before);
}

#[tokio::test]
async fn events_are_delivered_only_after_the_one_that_was_published() {
    let fixture = fixture(|_| {}).await;
    fixture.stores("lobby", 3).await;
    fixture.follows("lobby");
    let mut other = fixture.task.log.stored_since(&topic("lobby"), 1, 1).await.unwrap().events.remove(0);
    other.kind = app::protocol::EventKind::message(DraftId::fresh(), "another history".to_owned());
    fixture.task.remote.delivered.lock().published(&topic("lobby"), &other);
    fixture.task.handle_hint(&topic("lobby"), 3).await.unwrap();
    assert_eq!(
        (fixture.published(), fixture.log.continuity()),
        (vec!["lobby resync".to_owned()], Continuity::Lost)
    );
}

#[tokio::test]
async fn an_unreadable_topic_is_an_error_and_does_not_hold_up_the_others() {
    let fixture = fixture(|_| {}).await;
    let topics: Vec<_> = (0..8).map(|n| format!("t{n}")).collect();
    for name in &topics {
        fixture.stores(name, 1).await;
        fixture.follows(name);
        fixture.task.remote.delivered.lock().published(&topic(name), 0);
    }
    fixture.breaks("t3").await;
    fixture.task.remote.delivered.lock().published(&topic("t3"), 1);
    let heads = StoredHeads::with_heads(topics.iter().map(|name| (topic(name), 6)));
    let in_use = topics.iter().map(|name| topic(name)).collect();
    assert!(fixture.task.deliver_missing(&in_use, &heads, PollState::Ok).await.is_err());
    assert_eq!(fixture.published().len(), 7);
}

#[tokio::test]
async fn a_panic_while_events_are_published_makes_their_readers_read_again() {
    let fixture = fixture(|notification| assert!(matches!(notification, Notification::Resync(_)))).await;
    fixture.stores("lobby", 2).await;
    fixture.follows("lobby");
    fixture.task.remote.delivered.lock().published(&topic("lobby"), 1);
    fixture.task.handle_hint(&topic("lobby"), 2).await.unwrap();
    assert_eq!(fixture.published(), ["lobby resync"]);
}

#[tokio::test]
async fn followers_of_a_topic_of_which_nothing_is_known_read_their_membership_again() {
    let mut fixture = fixture(|_| {}).await;
    fixture.stores("lobby", 3).await;
    fixture.follows("lobby");
    fixture.task.handle_hint(&topic("lobby"), 3).await.unwrap();
    assert_eq!(fixture.published(), ["lobby 1"]);
    fixture.task.followers.notify_now().await;
    assert!(fixture.ann.take().memberships.contains(&topic("lobby")));
}

/// Loses signals all the time.
struct Flooded;

impl SignalBus for Flooded {
    fn announce(&self, _: Signal) {}

    fn recv(&self) -> BoxFuture<'_, BusItem> {
        Box::pin(async {
            sleep(Duration::from_millis(1)).await;
            BusItem::Uncertain
        })
    }

    fn is_connected(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_node_that_loses_signals_all_the_time_polls_a_few_times_a_second() {
    let mut fixture = fixture(|_| {}).await;
    let remote = RemoteEvents::new(Arc::new(Flooded));
    fixture.task.remote = remote.clone();
    let mut checks = 0;
    let checks_people = async {
        loop {
            remote.of_people.next().await;
            checks += 1;
        }
    };
    tokio::time::pause();
    tokio::select! {
        () = fixture.task.run(Duration::from_secs(3_600)) => {}
        () = checks_people => {}
        () = sleep(Duration::from_secs(3)) => {}
    }
    let polls = remote.delivered.lock().polls();
    assert!((10..=17).contains(&polls), "{polls}");
    assert!((2..=4).contains(&checks), "{checks}");
}
