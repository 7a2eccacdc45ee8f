//! A SQLite database whose files are deleted, moved or replaced while the server has them open.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use app::protocol::DraftId;
use tempfile::TempDir;

use crate::support::{
    Browser, Member, StoppedServer, TestServer, bodies_of,
    program::{signal, starts, wait_for_exit},
    soon, start_in,
};

fn sibling(file: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", file.display()))
}

/// Replaces a file by a copy of itself: the same name and content, another inode.
fn replace(file: &Path) {
    let copy = sibling(file, ".copy");
    fs::copy(file, &copy).unwrap();
    fs::rename(copy, file).unwrap();
}

/// Runs `happens` on the database file of a server with one message, then publishes until the first refusal.
async fn publishes_until_refused(happens: impl FnOnce(&Path)) -> (TestServer, PathBuf, Vec<String>) {
    let database = testing::sqlite();
    let file = database.file().unwrap();
    let server = start_in(database, "").await;
    let mut ann = server.connects("Ann").await;
    let mut acked = Vec::new();
    says(&mut ann, "before", &mut acked).await.unwrap();
    happens(&file);
    let refused = async { while says(&mut ann, &format!("{}", acked.len()), &mut acked).await.is_ok() {} };
    soon("a refusal", refused).await;
    (server, file, acked)
}

async fn says(member: &mut Member, body: &str, acked: &mut Vec<String>) -> Result<(), u64> {
    member.tries_to_publish("lobby", DraftId::fresh(), body).await?;
    acked.push(body.to_owned());
    Ok(())
}

/// Asserts that writes are refused, that `/readyz` reports it, and that reads work.
async fn assert_read_only(server: &TestServer, acked: &[String]) {
    let ready = server.browser().gets("/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.text);
    assert_eq!(ready.json()["reasons"][0]["code"], "database_moved");
    let mut eve = server.connects("Eve").await;
    assert!(eve.tries_to_publish("another", DraftId::fresh(), "refused").await.is_err());
    let seen = eve.subscribes_with("lobby", None, 200, true).await;
    assert!(
        acked
            .iter()
            .map(String::as_str)
            .rev()
            .take(30)
            .eq(bodies_of(&seen.events).into_iter().rev().take(30))
    );
    assert_eq!(server.browser().gets("/t/lobby").await.status, 200, "a new session is not stored yet");
}

/// Asserts that a restarted server has exactly the acknowledged messages.
async fn assert_intact_after_restart(ended: StoppedServer, acked: &[String]) {
    let server = ended.restarts().await;
    let mut eve = server.connects("Eve").await;
    let epoch = eve.subscribes_with("other", None, 0, true).await.epoch;
    let seen = eve.resumes("lobby", &epoch, 0).await;
    let mut events = seen.events;
    while (events.len() as u64) < seen.head {
        events.push(eve.receives_event().await);
    }
    assert_eq!(bodies_of(&events), acked);
    eve.tries_to_publish("lobby", DraftId::fresh(), "after").await.unwrap();
}

#[tokio::test]
async fn a_moved_database_is_not_written_and_intact_once_moved_back() {
    let (server, file, acked) =
        publishes_until_refused(|file| fs::rename(file, sibling(file, ".away")).unwrap()).await;
    assert_read_only(&server, &acked).await;
    fs::rename(sibling(&file, ".away"), &file).unwrap();
    assert_read_only(&server, &acked).await;
    assert_intact_after_restart(server.stops().await, &acked).await;
}

#[tokio::test]
async fn a_deleted_wal_loses_no_acknowledged_message() {
    let (server, _, acked) =
        publishes_until_refused(|file| fs::remove_file(sibling(file, "-wal")).unwrap()).await;
    assert_read_only(&server, &acked).await;
    assert_intact_after_restart(server.stops().await, &acked).await;
}

#[tokio::test]
async fn each_deleted_or_replaced_file_stops_writes() {
    for suffix in ["", "-shm", ".lock"] {
        let (server, _, acked) =
            publishes_until_refused(|file| fs::remove_file(sibling(file, suffix)).unwrap()).await;
        assert_read_only(&server, &acked).await;
    }
    for suffix in ["", "-wal"] {
        let (server, _, acked) = publishes_until_refused(|file| replace(&sibling(file, suffix))).await;
        assert_read_only(&server, &acked).await;
    }
}

#[tokio::test]
async fn a_backup_put_in_place_keeps_its_wal_at_shutdown() {
    for waits in [true, false] {
        let database = testing::sqlite();
        let file = database.file().unwrap();
        let server = start_in(database, "").await;
        server.connects("Ann").await.tries_to_publish("lobby", DraftId::fresh(), "hi").await.unwrap();
        fs::rename(&file, sibling(&file, ".away")).unwrap();
        let wal = sibling(&file, "-wal");
        fs::rename(&wal, sibling(&file, ".away-wal")).unwrap();
        fs::write(&file, "a backup").unwrap();
        fs::write(&wal, "and its log").unwrap();
        if waits {
            soon("503", async { while server.browser().gets("/readyz").await.status != 503 {} }).await;
        }
        let _ended = server.stops().await;
        assert_eq!(fs::read(&file).unwrap(), b"a backup");
        assert_eq!(fs::read(&wal).unwrap(), b"and its log");
    }
}

#[tokio::test]
async fn the_replacement_is_logged_once() {
    let directory = TempDir::new().unwrap();
    let mut server = starts(&directory, "--listen 127.0.0.1:0 --database sqlite://x.db");
    let browser = Browser::new(server.address);
    fs::remove_file(directory.path().join("x.db")).unwrap();
    soon("503", async { while browser.gets("/readyz").await.status != 503 {} }).await;
    let mut stderr = server.child.stderr.take().unwrap();
    signal(server.child.id(), "TERM");
    assert_eq!(wait_for_exit(server.child).status.code(), Some(0));
    let mut log = String::new();
    stderr.read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("database.file_gone").count(), 1, "{log}");
    assert!(log.contains("ERROR") && log.contains("x.db"), "{log}");
}
