//! Bans under load: a moderator bans somebody who writes, while the server is ended and started again.
//!
//! The suspect writes in a topic of their own, in which nothing may be stored while they are banned, and reads a topic in which the
//! authors of the run write on.

mod moderator;
mod suspect;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{task::JoinHandle, time::sleep};

use crate::{Violation, random::Random, run::Run, shared::Shared};
pub(crate) use moderator::Moderator;
pub(crate) use suspect::{Aftermath, Identity, Suspect};

/// What a ban ends has ended within this time after its answer, on all servers.
pub(crate) const BAN_BOUND: Duration = Duration::from_secs(1);
/// A run with this many ends of the server must have had a ban that held over one.
const CONCLUSIVE_KILLS: u32 = 10;

/// Bans until it is ended.
pub(crate) struct Bans {
    task: JoinHandle<Result<Summary, Violation>>,
    is_over: Arc<AtomicBool>,
}

/// The bans of a run.
#[derive(Default)]
pub(crate) struct Summary {
    bans: u32,
    /// Of all, those during which the server was started again.
    across_restarts: u32,
    /// The longest time from the answer to a ban to the last frame that its person was sent.
    longest: Duration,
}

struct Case {
    shared: Arc<Shared>,
    moderator: Moderator,
    suspect: Suspect,
    random: Random,
}

impl Bans {
    /// Makes somebody the owner, while the server runs, and begins to ban.
    pub(crate) async fn start(run: &mut Run) -> Result<Self, Violation> {
        let address = run.program.address;
        let moderator = Moderator::appoint(&run.program).await?;
        let identity = Identity::open(address).await?;
        let suspect = Suspect::start(&identity, address, &run.shared.topics[0], run.random.split());
        let shared = Arc::clone(&run.shared);
        let case = Case { shared, moderator, suspect, random: run.random.split() };
        let is_over = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(case.run(Arc::clone(&is_over)));
        Ok(Self { task, is_over })
    }

    /// Waits for the end of the last ban, and prints. The server must run.
    pub(crate) async fn end(self, kills: u32) -> Result<(), Violation> {
        self.is_over.store(true, Ordering::Relaxed);
        let Summary { bans, across_restarts, longest } =
            self.task.await.map_err(|error| error.to_string())??;
        println!(
            "bans:         {bans}, {across_restarts} of them held over a restart; nothing was stored after their answers, and frames \
             ended {longest:.1?} after them at most"
        );
        if bans == 0 || (kills >= CONCLUSIVE_KILLS && across_restarts == 0) {
            return Err("no ban held over a restart of the server".to_owned());
        }
        Ok(())
    }
}

impl Case {
    async fn run(mut self, is_over: Arc<AtomicBool>) -> Result<Summary, Violation> {
        let mut summary = Summary::default();
        while !is_over.load(Ordering::Relaxed) {
            self.suspect.wait_until_writing().await?;
            sleep(self.random.millis(0..=200)).await;
            self.ban_once(&mut summary).await?;
        }
        Ok(summary)
    }

    /// Bans, holds the ban for a while, and lifts it.
    async fn ban_once(&mut self, summary: &mut Summary) -> Result<(), Violation> {
        let life = self.shared.server.number();
        let banned_at = self.moderator.set_banned(self.suspect.user(), true).await?;
        self.suspect.is_banned_from(banned_at);
        let head = self.moderator.head(self.suspect.topic()).await?;
        self.suspect.expect_refusal(&mut self.random).await?;
        self.suspect.wait_until_closed().await?;
        sleep(self.random.millis(100..=1_700)).await;
        self.suspect.expect_refusal(&mut self.random).await?;
        let head_before_end = self.moderator.head(self.suspect.topic()).await?;
        if head_before_end != head {
            return Err(format!("a banned person's topic has grown from {head} to {head_before_end}"));
        }
        let aftermath = self.suspect.ends_ban();
        check(&aftermath)?;
        summary.bans += 1;
        summary.across_restarts += u32::from(self.shared.server.number() != life);
        summary.longest = summary.longest.max(aftermath.delivered);
        self.moderator.set_banned(self.suspect.user(), false).await?;
        Ok(())
    }
}

/// One server: a ban holds there as soon as it is answered, and only bytes that are under way may come later.
fn check(aftermath: &Aftermath) -> Result<(), Violation> {
    match aftermath {
        Aftermath { stored: Some(late), .. } => {
            Err(format!("a draft was stored that was sent {late:?} after the answer to its author's ban"))
        }
        Aftermath { was_let_in: true, .. } => {
            Err("a connection was let in that began after the answer to the ban".to_owned())
        }
        Aftermath { delivered, .. } if *delivered > BAN_BOUND => {
            Err(format!("a frame came {delivered:?} after the answer to a ban"))
        }
        Aftermath { .. } => Ok(()),
    }
}
