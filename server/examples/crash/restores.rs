//! Restores: the SQLite file is replaced by an older copy, and clients ahead of it must be reset.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use app::protocol::Epoch;
use tokio::time::sleep;

use crate::{
    Violation,
    database_files::{DatabaseFiles, FilesCopy, Watermark},
    fork::{self, Log},
    run::Run,
    server_process::ServerProcess,
    shared::Acks,
};

/// The newest copies, of which one is restored.
const MAX_COPIES: usize = 3;

/// A restored log is given this time to grow past what it lacks.
const MAX_GROWTH_TIME: Duration = Duration::from_secs(4);

/// A copy of the database, with what was known before it was made.
struct Backup {
    files: FilesCopy,
    acks: Acks,
    epoch: Epoch,
}

struct Restores {
    run: Run,
    files: DatabaseFiles,
    backups: Vec<Backup>,
    /// The present epoch.
    epoch: Epoch,
    lost: usize,
    noticed: u32,
    by_hand: u32,
    unnoticed: u32,
}

/// How a copy was put in place.
#[derive(Debug)]
struct Manner {
    watermark: Watermark,
    /// The server had shut down, so that the watermark names its newest event.
    watermark_is_exact: bool,
    /// `chorus new-epoch` follows.
    by_hand: bool,
}

/// Restores `count` times under load.
pub(crate) async fn run(run: Run, server: ServerProcess, file: &Path, count: u32) -> Result<(), Violation> {
    let first = fork::read_logs(&run.program, &run.shared).await?;
    let epoch = first.into_iter().next().ok_or("no topic")?.epoch;
    let files = DatabaseFiles::new(file);
    let mut restores =
        Restores { run, files, backups: Vec::new(), epoch, lost: 0, noticed: 0, by_hand: 0, unnoticed: 0 };
    let mut server = server;
    for n in 0..count {
        restores.run.open_topics(n, count);
        server = restores.back_up(server).await?;
        server = restores.run.restart(server).await?;
        server = restores.restore(server).await?;
    }
    let Restores { lost, noticed, by_hand, unnoticed, .. } = restores;
    println!(
        "restores:     {noticed} noticed by the watermark, {by_hand} with `chorus new-epoch`, {unnoticed} without a new epoch; \
         {lost} acknowledged events restored away; {} readers came back to a log that had grown past them",
        restores.run.shared.counters.waited.get()
    );
    restores.run.finish(server).await
}

impl Restores {
    /// Makes a copy at a random moment: while the server runs, after it was killed, or after it has shut down.
    async fn back_up(&mut self, mut server: ServerProcess) -> Result<ServerProcess, Violation> {
        server.wait_until_ready().await?;
        sleep(self.run.random.millis(20..=450)).await;
        self.run.clients.check()?;
        let acks = self.run.shared.acks().clone();
        let files = match self.run.random.below(3) {
            0 => self.files.backup().await?,
            1 => {
                self.run.kill(server)?;
                let files = self.files.copy();
                server = self.run.program.start();
                files
            }
            _ => {
                self.run.terminate(server).await?;
                let files = self.files.copy();
                server = self.run.program.start();
                files
            }
        };
        self.backups.push(Backup { files, acks, epoch: self.epoch.clone() });
        if self.backups.len() > MAX_COPIES {
            self.backups.remove(0);
        }
        Ok(server)
    }

    /// Ends the server under load, compares its logs a last time, restores a copy, and continues from there.
    async fn restore(&mut self, mut server: ServerProcess) -> Result<ServerProcess, Violation> {
        server.wait_until_ready().await?;
        sleep(self.run.random.millis(20..=450)).await;
        self.run.clients.check()?;
        self.run.end(server).await?;
        let mut clients = self.run.clients.stop().await?;
        server = self.run.program.start();
        server.wait_until_ready().await?;
        let before = fork::read_logs(&self.run.program, &self.run.shared).await?;
        fork::verify_logs(&before, &clients)?;
        let watermark_is_exact = self.run.random.one_in(2);
        if watermark_is_exact {
            self.run.terminate(server).await?;
        } else {
            self.run.kill(server)?;
        }

        let newest = self.backups.len() - 1;
        let backup = if self.run.random.one_in(2) {
            newest
        } else {
            self.run.random.below(newest as u64 + 1) as usize
        };
        let manner = self.put_in_place(backup, watermark_is_exact);
        server = self.run.program.start();
        server.wait_until_ready().await?;
        let after = fork::read_logs(&self.run.program, &self.run.shared).await?;
        self.check_epochs(&before, &after, backup, &manner)?;
        let acks = &self.backups[backup].acks;
        self.lost += fork::continue_from(&after, acks, &self.run.shared, &mut clients)?;
        self.run.clients.resume(clients);
        if !manner.by_hand && after[0].epoch == before[0].epoch {
            self.wait_for_growth().await?;
        }
        Ok(server)
    }

    /// Goes on until the readers that wait for it see the log grow past their positions, which only the named event tells from
    /// the positions of this history.
    async fn wait_for_growth(&mut self) -> Result<(), Violation> {
        let started = Instant::now();
        let counters = &self.run.shared.counters;
        let waits = || counters.waiting.get() > counters.waited.get() && started.elapsed() < MAX_GROWTH_TIME;
        sleep(Duration::from_millis(20)).await;
        while waits() {
            self.run.clients.check()?;
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    fn put_in_place(&mut self, backup: usize, watermark_is_exact: bool) -> Manner {
        let random = &mut self.run.random;
        let watermark = *random
            .pick(&[Watermark::Stays, Watermark::Stays, Watermark::Removed, Watermark::Restored])
            .expect("one of them");
        let by_hand = random.one_in(4);
        self.files.restore(&self.backups[backup].files, watermark);
        if by_hand {
            self.run.program.begin_epoch();
        }
        Manner { watermark, watermark_is_exact, by_hand }
    }

    /// Checks that a new epoch has begun where it had to, and only where it may.
    fn check_epochs(
        &mut self,
        before: &[Log],
        after: &[Log],
        backup: usize,
        manner: &Manner,
    ) -> Result<(), Violation> {
        let epoch = after.first().ok_or("no topic")?.epoch.clone();
        let of_copy = self.backups[backup].epoch.clone();
        let is_new = epoch != self.epoch && epoch != of_copy;
        let misses = before.iter().zip(after).any(|(before, after)| after.lacks_events_of(before));
        let must_be_new = match manner.watermark {
            _ if manner.by_hand => true,
            Watermark::Stays if of_copy != self.epoch => true,
            // After a kill the watermark may be a second behind.
            Watermark::Stays if misses && !manner.watermark_is_exact => is_new,
            Watermark::Stays => misses,
            Watermark::Removed | Watermark::Restored => false,
        };
        if is_new != must_be_new || !is_new && epoch != of_copy {
            return Err(format!(
                "epoch {} was served, a copy of epoch {of_copy} was restored, and {epoch} is served: {manner:?}, \
                 events are missing: {misses}",
                self.epoch
            ));
        }
        match is_new {
            _ if manner.by_hand => self.by_hand += 1,
            true => self.noticed += 1,
            false => self.unnoticed += 1,
        }
        self.epoch = epoch;
        Ok(())
    }
}
