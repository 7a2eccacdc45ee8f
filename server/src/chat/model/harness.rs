//! The real chat and its routes on a real database, with injectable faults: storage errors, and hub frames that are lost or doubled.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use app::protocol::{Action, Author, DraftId, Name, UserId};
use axum::Router;
use clap::Parser;
use parking_lot::{Mutex, MutexGuard};
use sea_orm::{ConnectionTrait, TransactionTrait};
use testing::Random;
use tokio::{task::yield_now, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    access::Access,
    chat::{
        Chat, Followers, Presence, SharedPages, Typing, commit_notifier::commit_notifier,
        open::membership_notifier, presence::PresenceConfig,
    },
    config::{Cli, Command, Settings},
    database::{Database, MAX_READ_CONNECTIONS},
    endpoint::ConnectionManager,
    event_log::{Log, NewEvent, Notification, WatermarkWriter},
    hub::Hub,
    members::Members,
    moderation::Moderation,
    origin::AllowedOrigins,
    restore,
    rights::Rights,
    session::Sessions,
};

/// Longer than any run: presence and typing are not under test.
const HOUR: Duration = Duration::from_secs(3_600);
/// The timeout of waiting for dropped requests to release what they held.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// The faults of notifications on their way from the log to the hub.
pub(super) struct Signals {
    random: Random,
    /// One in `lost` is dropped; 0 drops none.
    pub(super) lost: usize,
    /// One in `doubled` is delivered twice, the second time after a later one; 0 doubles none.
    pub(super) doubled: usize,
    delayed: Option<Notification>,
}

/// The parts of a server that its routes need.
pub(crate) struct ServerParts {
    pub(crate) settings: Settings,
    pub(crate) sessions: Sessions,
    pub(crate) access: Access,
    pub(crate) origins: AllowedOrigins,
    pub(crate) connections: ConnectionManager,
    pub(crate) chat: Arc<Chat>,
}

/// Builds the router, which modules above this one know.
pub(crate) type BuildRouter = fn(ServerParts) -> Router;

pub(super) struct Harness {
    pub(super) chat: Arc<Chat>,
    pub(super) router: Router,
    pub(super) settings: Settings,
    pub(super) signals: Arc<Mutex<Signals>>,
    connections: ConnectionManager,
    database: Database,
    watermark: WatermarkWriter,
    tracker: TaskTracker,
    drain: CancellationToken,
    build_router: BuildRouter,
}

/// A server that was shut down; its database file remains.
pub(super) struct StoppedServer {
    settings: Settings,
    build_router: BuildRouter,
}

/// A folder in memory if possible: the disk is not under test.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Harness {
    pub(super) async fn open(folder: &tempfile::TempDir, settings: &str, build_router: BuildRouter) -> Self {
        // All clients share one address, so its limits are off.
        let limits = "--address-messages-per-second 0 --topics-per-hour 0 --pages-per-second 0 \
             --frames-per-second 0 --searches-per-second 0 --max-searches 1000 --ping-seconds 0";
        let line =
            format!("chorus --database sqlite://{}/model.db {limits} {settings}", folder.path().display());
        let parsed = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command();
        let Command::Serve(settings) = parsed else { panic!("{line} serves") };
        Self::start(settings, build_router).await
    }

    async fn start(settings: Settings, build_router: BuildRouter) -> Self {
        let database = Database::open(&settings.database).await.unwrap();
        database.migrate().await.unwrap();
        restore::detect_restore(&database).await.unwrap();
        let tracker = TaskTracker::new();
        let drain = CancellationToken::new();
        let signals = Signals { random: Random::new(1), lost: 0, doubled: 0, delayed: None };
        let signals = Arc::new(Mutex::new(signals));
        let sessions = Sessions::new(database.clone(), false);
        let origins = AllowedOrigins::default();
        let limits = settings.limits.clone();
        let connections = ConnectionManager::new(
            sessions.clone(),
            origins.clone(),
            limits,
            tracker.clone(),
            drain.clone(),
            0,
        );
        let pages = SharedPages::new(connections.pending().clone());
        let chat = Self::chat(&database, &settings, &tracker, sessions.clone(), pages, &signals).await;
        let chat = Arc::new(chat);
        let watermark = chat.log.watermark_writer(&database).await.unwrap().unwrap();
        let router = build_router(ServerParts {
            settings: settings.clone(),
            sessions,
            access: chat.access.clone(),
            origins,
            connections: connections.clone(),
            chat: Arc::clone(&chat),
        });
        Self {
            chat,
            router,
            settings,
            signals,
            connections,
            database,
            watermark,
            tracker,
            drain,
            build_router,
        }
    }

    async fn chat(
        database: &Database,
        settings: &Settings,
        tracker: &TaskTracker,
        sessions: Sessions,
        pages: SharedPages,
        signals: &Arc<Mutex<Signals>>,
    ) -> Chat {
        let limits = &settings.limits;
        let hub = Hub::new(limits.hub_ring);
        let followers = Followers::new(database.clone(), Duration::from_secs(1));
        let notify = commit_notifier(hub.clone(), followers.clone(), pages.clone());
        let notify = unreliable(notify, Arc::clone(signals));
        let log = Log::open(database.clone(), limits, tracker, notify).await.unwrap();
        let notify = membership_notifier(followers.clone(), None);
        let rights = Rights::everyone();
        let fence = log.fence().clone();
        let moderation = Moderation::open(database.clone(), rights.clone(), sessions.clone(), fence);
        Chat {
            presence: Presence::new(
                hub.clone(),
                PresenceConfig { interval: HOUR, grace_period: HOUR, max_named: 50 },
                None,
            ),
            typing: Typing::new(hub.clone(), HOUR, None),
            searches: crate::chat::SearchService::new(log.clone(), limits),
            members: Members::open(database.clone(), limits, tracker, notify),
            hub,
            log,
            followers,
            remote: None,
            shared_pages: pages,
            rights,
            moderation: moderation.await.unwrap(),
            sessions,
            access: Access::new(None),
            settings: settings.clone(),
        }
    }

    /// Shuts down and starts again on the same file. All state in memory is lost.
    pub(super) async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    pub(super) async fn stop(self) -> StoppedServer {
        self.shut_down(true).await
    }

    /// Ends before the last events are written to the watermark.
    pub(super) async fn kill(self) -> StoppedServer {
        self.shut_down(false).await
    }

    async fn shut_down(self, writes_watermark: bool) -> StoppedServer {
        let Self { chat, router, settings, database, watermark, tracker, drain, build_router, .. } = self;
        drain.cancel();
        drop((chat, router));
        tracker.close();
        timeout(IDLE_TIMEOUT, tracker.wait()).await.expect("nothing keeps the log open");
        if writes_watermark {
            watermark.finish().await;
        }
        database.close().await;
        StoppedServer { settings, build_router }
    }

    /// Writes the watermark, as the server does once a second.
    pub(super) async fn write_watermark(&self) {
        self.watermark.write().await;
    }

    /// Copies the database file while it is open.
    pub(super) async fn back_up(&self, name: &str) -> PathBuf {
        let copy = file(&self.settings).with_file_name(format!("{name}.backup"));
        let _ = std::fs::remove_file(&copy);
        let statement = format!("VACUUM INTO '{}'", copy.display());
        self.database.read().execute_unprepared(&statement).await.unwrap();
        copy
    }

    /// Waits until the committer has handled everything that was submitted before, by an action that it must refuse.
    pub(super) async fn commit_submitted(&self) {
        let author = Author { user: UserId::fresh(), name: Name::anonymous(), unverified: false };
        let action = Action::Delete { message: 1, revision: 1 };
        let event = NewEvent::unchecked("nowhere".parse().unwrap(), author, DraftId::fresh(), action);
        let refused = self.chat.log.append(event).await;
        assert!(refused.is_err(), "{refused:?}");
    }

    /// Asserts that nothing is held by requests and connections, all of which have ended: no connection to the database, no
    /// subscription, no shared read, no permit.
    pub(super) async fn assert_idle(&self) {
        let idle = async {
            let mut reads = Vec::new();
            for _ in 0..MAX_READ_CONNECTIONS {
                reads.push(self.database.read().pool().begin().await.expect("a read connection is free"));
            }
            drop(self.database.begin().await.expect("the write connection is free"));
            while !self.is_idle() {
                yield_now().await;
            }
        };
        let idle = timeout(IDLE_TIMEOUT, idle).await;
        assert!(
            idle.is_ok(),
            "topics {}, reads {}, permits {}",
            self.chat.subscribed_topics(),
            self.chat.log.reads_in_flight(),
            self.connections.available_permits()
        );
    }

    fn is_idle(&self) -> bool {
        self.chat.subscribed_topics() == 0
            && self.chat.log.reads_in_flight() == 0
            && self.connections.available_permits() == self.settings.limits.max_connections
    }

    /// Starts another history. Its seed decides about faults of notifications too.
    pub(super) fn seed(&self, seed: u64) {
        *self.signals() = Signals { random: Random::new(seed), lost: 0, doubled: 0, delayed: None };
    }

    pub(super) fn signals(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock()
    }
}

impl StoppedServer {
    /// Returns the content of the watermark, or null if there is none.
    pub(super) fn watermark(&self) -> serde_json::Value {
        let text = std::fs::read(beside(&self.settings, ".mark")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Replaces the database by a copy: on this machine, or `elsewhere`, where there is no watermark of it.
    pub(super) fn restore(&self, copy: &Path, elsewhere: bool) {
        for suffix in ["-wal", "-shm"].into_iter().chain(elsewhere.then_some(".mark")) {
            let _ = std::fs::remove_file(beside(&self.settings, suffix));
        }
        std::fs::rename(copy, file(&self.settings)).unwrap();
    }

    /// Begins an epoch as `chorus new-epoch` does.
    pub(super) async fn begin_epoch(&self) {
        let database = Database::open(&self.settings.database).await.unwrap();
        restore::begin_epoch(&database).await.unwrap();
        database.close().await;
    }

    pub(super) async fn start(self) -> Harness {
        Harness::start(self.settings, self.build_router).await
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

/// Drops and doubles notifications as `signals` says.
fn unreliable(
    notify: impl Fn(Notification) + Send + Sync + 'static,
    signals: Arc<Mutex<Signals>>,
) -> impl Fn(Notification) + Send + Sync + 'static {
    move |notification| {
        let mut signals = signals.lock();
        let lost = signals.lost;
        let doubled = signals.doubled;
        if lost > 0 && signals.random.one_in(lost) {
            return;
        }
        let delayed = signals.delayed.take();
        if doubled > 0 && signals.random.one_in(doubled) {
            signals.delayed = Some(notification.clone());
        }
        [Some(notification), delayed].into_iter().flatten().for_each(&notify);
    }
}
