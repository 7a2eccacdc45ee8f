//! The real chat on a real database, with faults to be had: storage errors, and signals of the hub lost or doubled.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clap::Parser;
use testing::Random;
use tokio_util::task::TaskTracker;

use crate::{
    access::Access,
    chat::{Chat, Frame, Manners, People, Presence, SharedPages, Typing, joined, publisher},
    config::{Cli, Command, Settings},
    database::Database,
    endpoint::PendingBytes,
    hub::Hub,
    log::{Log, Told},
    members::Members,
    session::Sessions,
};

/// What is told of people is not what is tested.
const HOUR: Duration = Duration::from_secs(3_600);

/// What happens to what the log tells the hub.
pub(super) struct Signals {
    random: Random,
    /// One in so many is lost; 0: none.
    pub(super) lost: usize,
    /// One in so many comes twice, the second time after a later one; 0: none.
    pub(super) doubled: usize,
    again: Option<Told>,
}

pub(super) struct World {
    pub(super) chat: Chat,
    pub(super) settings: Settings,
    pub(super) signals: Arc<Mutex<Signals>>,
    database: Database,
    tracker: TaskTracker,
}

/// A folder in memory, where there is one: what is tested is not the disk.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl World {
    pub(super) async fn open(folder: &tempfile::TempDir, settings: &str) -> Self {
        let line = format!("chorus --database sqlite://{}/model.db {settings}", folder.path().display());
        let parsed = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command();
        let Command::Serve(settings) = parsed else { panic!("{line} serves") };
        Self::start(settings).await
    }

    async fn start(settings: Settings) -> Self {
        let database = Database::open(&settings.database).await.unwrap();
        database.migrate().await.unwrap();
        let (tracker, hub) = (TaskTracker::new(), Hub::new(settings.limits.hub_ring));
        let signals = Signals { random: Random::new(1), lost: 0, doubled: 0, again: None };
        let signals = Arc::new(Mutex::new(signals));
        let people = People::new(database.clone(), Duration::from_secs(1));
        let pages = SharedPages::new(PendingBytes::new(0));
        let tell = unreliable(publisher(hub.clone(), people.clone(), pages.clone()), Arc::clone(&signals));
        let log = Log::open(database.clone(), &settings.limits, &tracker, tell).await.unwrap();
        let members = Members::open(database.clone(), &settings.limits, &tracker, joined(people.clone()));
        let chat = Self::chat(&database, &settings, hub, log, people, members, pages);
        Self { chat, settings, signals, database, tracker }
    }

    fn chat(
        database: &Database,
        settings: &Settings,
        hub: Hub<Frame>,
        log: Log,
        people: People,
        members: Members,
        pages: SharedPages,
    ) -> Chat {
        Chat {
            presence: Presence::new(hub.clone(), Manners { fold: HOUR, grace: HOUR, large: 50 }),
            typing: Typing::new(hub.clone(), HOUR),
            searches: crate::chat::Searches::new(log.clone(), &settings.limits),
            hub,
            log,
            members,
            people,
            pages,
            sessions: Sessions::new(database.clone(), false),
            access: Access::new(None),
            settings: settings.clone(),
        }
    }

    /// Ends in order and begins again on the same file. What was in memory is gone.
    pub(super) async fn restart(self) -> Self {
        let settings = self.settings.clone();
        self.end().await;
        Self::start(settings).await
    }

    pub(super) async fn end(self) {
        let Self { chat, database, tracker, .. } = self;
        drop(chat);
        tracker.close();
        tracker.wait().await;
        database.close().await;
    }

    /// Another history begins: its seed decides about its signals too.
    pub(super) fn seed(&self, seed: u64) {
        *self.signals() = Signals { random: Random::new(seed), lost: 0, doubled: 0, again: None };
    }

    pub(super) fn signals(&self) -> MutexGuard<'_, Signals> {
        lock(&self.signals)
    }
}

/// Tells, but not everything, and some of it twice.
fn unreliable(
    tell: impl Fn(Told) + Send + Sync + 'static,
    signals: Arc<Mutex<Signals>>,
) -> impl Fn(Told) + Send + Sync + 'static {
    move |told| {
        let mut signals = lock(&signals);
        let (lost, doubled) = (signals.lost, signals.doubled);
        if lost > 0 && signals.random.one_in(lost) {
            return;
        }
        let again = signals.again.take();
        if doubled > 0 && signals.random.one_in(doubled) {
            signals.again = Some(told.clone());
        }
        [Some(told), again].into_iter().flatten().for_each(&tell);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
