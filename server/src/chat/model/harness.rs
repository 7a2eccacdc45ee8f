//! The real chat on a real database, with faults to be had: storage errors, and signals of the hub lost or doubled.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use clap::Parser;
use sea_orm::ConnectionTrait;
use testing::Random;
use tokio_util::task::TaskTracker;

use crate::{
    access::Access,
    chat::{
        Chat, Followers, Frame, Presence, PresenceConfig, SharedPages, Typing, commit_notifier,
        membership_notifier,
    },
    config::{Cli, Command, Settings},
    database::Database,
    endpoint::PendingBytes,
    event_log::{Log, Notification, WatermarkWriter},
    hub::Hub,
    members::Members,
    restore,
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
    again: Option<Notification>,
}

pub(super) struct Harness {
    pub(super) chat: Chat,
    pub(super) settings: Settings,
    pub(super) signals: Arc<Mutex<Signals>>,
    database: Database,
    mark: WatermarkWriter,
    tracker: TaskTracker,
}

/// A server that has ended, and its file.
pub(super) struct StoppedServer {
    settings: Settings,
}

/// A folder in memory, where there is one: what is tested is not the disk.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Harness {
    pub(super) async fn open(folder: &tempfile::TempDir, settings: &str) -> Self {
        // All of its people come from one address.
        let limits = "--address-messages-per-second 0 --topics-per-hour 0";
        let line =
            format!("chorus --database sqlite://{}/model.db {limits} {settings}", folder.path().display());
        let parsed = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command();
        let Command::Serve(settings) = parsed else { panic!("{line} serves") };
        Self::start(settings).await
    }

    async fn start(settings: Settings) -> Self {
        let database = Database::open(&settings.database).await.unwrap();
        database.migrate().await.unwrap();
        restore::notice(&database).await.unwrap();
        let (tracker, hub) = (TaskTracker::new(), Hub::new(settings.limits.hub_ring));
        let signals = Signals { random: Random::new(1), lost: 0, doubled: 0, again: None };
        let signals = Arc::new(Mutex::new(signals));
        let followers = Followers::new(database.clone(), Duration::from_secs(1));
        let pages = SharedPages::new(PendingBytes::new(0));
        let tell =
            unreliable(commit_notifier(hub.clone(), followers.clone(), pages.clone()), Arc::clone(&signals));
        let log = Log::open(database.clone(), &settings.limits, &tracker, tell).await.unwrap();
        let members = Members::open(
            database.clone(),
            &settings.limits,
            &tracker,
            membership_notifier(followers.clone()),
        );
        let mark = log.watermark_writer(&database).await.unwrap().unwrap();
        let chat = Self::chat(&database, &settings, hub, log, followers, members, pages);
        Self { chat, settings, signals, database, mark, tracker }
    }

    fn chat(
        database: &Database,
        settings: &Settings,
        hub: Hub<Frame>,
        log: Log,
        followers: Followers,
        members: Members,
        pages: SharedPages,
    ) -> Chat {
        Chat {
            presence: Presence::new(
                hub.clone(),
                PresenceConfig { interval: HOUR, grace_period: HOUR, max_named: 50 },
            ),
            typing: Typing::new(hub.clone(), HOUR),
            searches: crate::chat::SearchService::new(log.clone(), &settings.limits),
            hub,
            log,
            members,
            followers,
            shared_pages: pages,
            sessions: Sessions::new(database.clone(), false),
            access: Access::new(None),
            settings: settings.clone(),
        }
    }

    /// Ends in order and begins again on the same file. What was in memory is gone.
    pub(super) async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    /// Ends in order.
    pub(super) async fn stop(self) -> StoppedServer {
        self.shut_down(true).await
    }

    /// Ends before it could mark what it wrote last.
    pub(super) async fn kill(self) -> StoppedServer {
        self.shut_down(false).await
    }

    async fn shut_down(self, writes_mark: bool) -> StoppedServer {
        let Self { chat, settings, database, mark, tracker, .. } = self;
        drop(chat);
        tracker.close();
        tracker.wait().await;
        if writes_mark {
            mark.finish().await;
        }
        database.close().await;
        StoppedServer { settings }
    }

    /// The mark is written, as once a second.
    pub(super) async fn write_mark(&self) {
        self.mark.write().await;
    }

    /// A copy of the file, while it is open.
    pub(super) async fn back_up(&self, name: &str) -> PathBuf {
        let copy = file(&self.settings).with_file_name(format!("{name}.backup"));
        let _ = std::fs::remove_file(&copy);
        let statement = format!("VACUUM INTO '{}'", copy.display());
        self.database.read().execute_unprepared(&statement).await.unwrap();
        copy
    }

    /// Another history begins: its seed decides about its signals too.
    pub(super) fn seed(&self, seed: u64) {
        *self.signals() = Signals { random: Random::new(seed), lost: 0, doubled: 0, again: None };
    }

    pub(super) fn signals(&self) -> MutexGuard<'_, Signals> {
        lock(&self.signals)
    }
}

impl StoppedServer {
    /// What the mark says; null where there is none.
    pub(super) fn mark(&self) -> serde_json::Value {
        let text = std::fs::read(beside(&self.settings, ".mark")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The file is this copy, here or on another machine, which has no mark of it.
    pub(super) fn restore(&self, copy: &Path, elsewhere: bool) {
        for suffix in ["-wal", "-shm"].into_iter().chain(elsewhere.then_some(".mark")) {
            let _ = std::fs::remove_file(beside(&self.settings, suffix));
        }
        std::fs::rename(copy, file(&self.settings)).unwrap();
    }

    /// As `chorus new-epoch` does.
    pub(super) async fn begin_epoch(&self) {
        let database = Database::open(&self.settings.database).await.unwrap();
        restore::begin_epoch(&database).await.unwrap();
        database.close().await;
    }

    pub(super) async fn start(self) -> Harness {
        Harness::start(self.settings).await
    }
}

fn file(settings: &Settings) -> PathBuf {
    PathBuf::from(settings.database.strip_prefix("sqlite://").unwrap())
}

fn beside(settings: &Settings, suffix: &str) -> PathBuf {
    let mut name = file(settings).into_os_string();
    name.push(suffix);
    name.into()
}

/// Tells, but not everything, and some of it twice.
fn unreliable(
    tell: impl Fn(Notification) + Send + Sync + 'static,
    signals: Arc<Mutex<Signals>>,
) -> impl Fn(Notification) + Send + Sync + 'static {
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
