//! The real chat on a real database, with injectable faults: storage errors, and hub frames that are lost or doubled.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::Parser;
use parking_lot::{Mutex, MutexGuard};
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

/// Longer than any run: presence and typing are not under test.
const HOUR: Duration = Duration::from_secs(3_600);

/// The faults of notifications on their way from the log to the hub.
pub(super) struct Signals {
    random: Random,
    /// One in `lost` is dropped; 0 drops none.
    pub(super) lost: usize,
    /// One in `doubled` is delivered twice, the second time after a later one; 0 doubles none.
    pub(super) doubled: usize,
    delayed: Option<Notification>,
}

pub(super) struct Harness {
    pub(super) chat: Chat,
    pub(super) settings: Settings,
    pub(super) signals: Arc<Mutex<Signals>>,
    database: Database,
    mark: WatermarkWriter,
    tracker: TaskTracker,
}

/// A server that was shut down; its database file remains.
pub(super) struct StoppedServer {
    settings: Settings,
}

/// A folder in memory if possible: the disk is not under test.
pub(super) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Harness {
    pub(super) async fn open(folder: &tempfile::TempDir, settings: &str) -> Self {
        // All clients share one address, so its limits are off.
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
        restore::detect_restore(&database).await.unwrap();
        let tracker = TaskTracker::new();
        let hub = Hub::new(settings.limits.hub_ring);
        let signals = Signals { random: Random::new(1), lost: 0, doubled: 0, delayed: None };
        let signals = Arc::new(Mutex::new(signals));
        let followers = Followers::new(database.clone(), Duration::from_secs(1));
        let pages = SharedPages::new(PendingBytes::new(0));
        let notify =
            unreliable(commit_notifier(hub.clone(), followers.clone(), pages.clone()), Arc::clone(&signals));
        let log = Log::open(database.clone(), &settings.limits, &tracker, notify).await.unwrap();
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

    /// Shuts down and starts again on the same file. All state in memory is lost.
    pub(super) async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    pub(super) async fn stop(self) -> StoppedServer {
        self.shut_down(true).await
    }

    /// Ends before the last events are written to the mark.
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

    /// Writes the mark, as the server does once a second.
    pub(super) async fn write_mark(&self) {
        self.mark.write().await;
    }

    /// Copies the database file while it is open.
    pub(super) async fn back_up(&self, name: &str) -> PathBuf {
        let copy = file(&self.settings).with_file_name(format!("{name}.backup"));
        let _ = std::fs::remove_file(&copy);
        let statement = format!("VACUUM INTO '{}'", copy.display());
        self.database.read().execute_unprepared(&statement).await.unwrap();
        copy
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
    /// Returns the content of the mark, or null if there is none.
    pub(super) fn mark(&self) -> serde_json::Value {
        let text = std::fs::read(beside(&self.settings, ".mark")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Replaces the database by a copy: on this machine, or `elsewhere`, where there is no mark of it.
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
