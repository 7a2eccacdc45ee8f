//! Files that are moved, deleted or replaced under the running server, which must refuse every write within a second.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use tokio::time::sleep;

use crate::{
    Violation,
    api::{Answer, Api},
    database_files::{DatabaseFiles, FilesCopy, Watermark},
    fork,
    run::Run,
    server_process::ServerProcess,
    shared::Acks,
};

/// A condition that must come about does so within this time. How soon writes are refused is checked by the times of the events.
const MOVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Where moved files wait.
const MOVED_SUFFIX: &str = ".away";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    MoveDatabase,
    /// Another file takes its name.
    ReplaceDatabase,
    /// The database, its write-ahead log and that log's index.
    MoveAll,
    MoveLog,
    DeleteLog,
    DeleteIndex,
    /// Everything since then is lost. A copy of that moment is put in its place.
    DeleteDatabase,
}

/// In this order, so that a short run has the worst ones.
const FAULTS: [Fault; 7] = [
    Fault::DeleteDatabase,
    Fault::ReplaceDatabase,
    Fault::DeleteLog,
    Fault::MoveDatabase,
    Fault::DeleteIndex,
    Fault::MoveLog,
    Fault::MoveAll,
];

/// The copy of a deleted database, and the acks before it was deleted.
type Deleted = (FilesCopy, Acks);

struct Moves {
    run: Run,
    files: DatabaseFiles,
    lost: usize,
    /// The longest time until `/readyz` answered 503.
    noticed_after: Duration,
}

/// Breaks the files `count` times under load.
pub(crate) async fn run(run: Run, server: ServerProcess, file: &Path, count: u32) -> Result<(), Violation> {
    let mut moves = Moves { run, files: DatabaseFiles::new(file), lost: 0, noticed_after: Duration::ZERO };
    let mut server = server;
    for n in 0..count {
        moves.run.open_topics(n, count);
        let fault = FAULTS[n as usize % FAULTS.len()];
        server = moves.round(server, fault).await.map_err(|violation| format!("{fault:?}: {violation}"))?;
    }
    println!(
        "files:        changed {count} times, noticed after {:.2?} at most; {} acknowledged events deleted",
        moves.noticed_after, moves.lost
    );
    moves.run.finish(server).await
}

impl Moves {
    async fn round(&mut self, mut server: ServerProcess, fault: Fault) -> Result<ServerProcess, Violation> {
        server.wait_until_ready().await?;
        sleep(self.run.random.millis(50..=600)).await;
        self.run.clients.check()?;
        let log = File::open(self.files.path("-wal")).map_err(|error| format!("its log: {error}"))?;
        let deleted = self.break_files(&server, fault);
        let broken_at = Instant::now();
        self.wait_for_refusal(broken_at).await?;
        self.check_reading().await?;
        sleep(self.run.random.millis(20..=200)).await;
        self.wait_for_checkpoint(&log).await?;
        self.run.clients.check()?;
        let Some((copy, acks)) = deleted else {
            self.run.end_refusing(server, broken_at).await?;
            self.put_back(fault);
            self.files.check_integrity().await?;
            return Ok(self.run.program.start());
        };
        let mut clients = self.run.clients.stop().await?;
        self.run.end_refusing(server, broken_at).await?;
        self.files.restore(&copy, Watermark::Stays);
        self.files.check_integrity().await?;
        server = self.run.program.start();
        server.wait_until_ready().await?;
        let logs = fork::read_logs(&self.run.program, &self.run.shared).await?;
        self.lost += fork::continue_from(&logs, &acks, &self.run.shared, &mut clients)?;
        self.run.clients.resume(clients);
        Ok(server)
    }

    fn break_files(&mut self, server: &ServerProcess, fault: Fault) -> Option<Deleted> {
        let mut deleted = None;
        match fault {
            Fault::MoveDatabase => self.move_away(&[""]),
            Fault::ReplaceDatabase => {
                self.move_away(&[""]);
                fs::write(self.files.path(""), "another file").expect("a file");
            }
            Fault::MoveAll => self.move_away(&["", "-wal", "-shm"]),
            Fault::MoveLog => self.move_away(&["-wal"]),
            Fault::DeleteLog => fs::remove_file(self.files.path("-wal")).expect("its log"),
            Fault::DeleteIndex => fs::remove_file(self.files.path("-shm")).expect("its log's index"),
            Fault::DeleteDatabase => {
                let acks = self.run.shared.acks().clone();
                let copy = server.halted(|| {
                    let copy = self.files.copy();
                    fs::remove_file(self.files.path("")).expect("the database");
                    copy
                });
                deleted = Some((copy, acks));
            }
        }
        self.run.shared.server.file_changed();
        deleted
    }

    fn move_away(&self, suffixes: &[&str]) {
        for suffix in suffixes {
            let away = self.files.path(&format!("{suffix}{MOVED_SUFFIX}"));
            fs::rename(self.files.path(suffix), away).expect("a file of the database");
        }
    }

    /// Puts back what was moved. A log that was moved is complete in the database by then, so it may as well stay away.
    fn put_back(&mut self, fault: Fault) {
        for suffix in ["", "-wal", "-shm"] {
            let away = self.files.path(&format!("{suffix}{MOVED_SUFFIX}"));
            if fault == Fault::MoveLog && self.run.random.one_in(2) {
                fs::remove_file(away).ok();
            } else if away.exists() {
                fs::rename(away, self.files.path(suffix)).expect("a file of the database");
            }
        }
    }

    /// Waits until `/readyz` reports the fault and a client was refused after that: the commits that were under way are done then.
    async fn wait_for_refusal(&mut self, broken_at: Instant) -> Result<(), Violation> {
        let server = &self.run.shared.server;
        while Api::ready(self.run.program.address).await != Some(StatusCode::SERVICE_UNAVAILABLE) {
            self.run.clients.check()?;
            if broken_at.elapsed() > MOVE_TIMEOUT {
                return Err(format!("/readyz does not answer 503 within {MOVE_TIMEOUT:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        self.noticed_after = self.noticed_after.max(broken_at.elapsed());
        let refusals = server.refusals();
        while server.refusals() == refusals {
            self.run.clients.check()?;
            if broken_at.elapsed() > MOVE_TIMEOUT {
                return Err(format!("no write was refused within {MOVE_TIMEOUT:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        server.must_refuse();
        Ok(())
    }

    /// Checks that topics can be read while writes are refused.
    async fn check_reading(&self) -> Result<(), Violation> {
        let topic = self.run.shared.topics.first().ok_or("no topic")?.clone();
        match Api::with_cookie(self.run.program.address, "").messages(topic).await? {
            Answer::Done(messages) if messages.head > 0 && !messages.events.is_empty() => Ok(()),
            answer => Err(format!("writes are refused, and reading is answered with {answer:?}")),
        }
    }

    /// Waits until a checkpoint has moved everything from the log, wherever it is now, into the database.
    async fn wait_for_checkpoint(&self, log: &File) -> Result<(), Violation> {
        let started = Instant::now();
        while log.metadata().map_err(|error| error.to_string())?.len() > 0 {
            if started.elapsed() > MOVE_TIMEOUT {
                return Err(format!("no checkpoint has emptied the log within {MOVE_TIMEOUT:?}"));
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}
