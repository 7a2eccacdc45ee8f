//! The epoch across kills and restored backups.

use tempfile::TempDir;

use crate::support::{
    HandshakeClient, Member,
    program::{Started, signal, starts, text, wait_for_exit},
};

#[tokio::test]
async fn a_killed_server_keeps_its_epoch_and_a_restored_backup_begins_a_new_one() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("data/chorus.db");
    let epoch = async |address| {
        let handshake = HandshakeClient::new(address, "/chat").with_v1();
        let mut ann = Member::hello(handshake.connects().await, "Ann").await;
        let epoch = ann.subscribes("lobby").await.epoch;
        (ann, epoch)
    };
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
    let (mut ann, started) = epoch(address).await;
    ann.publishes("one").await;
    signal(child.id(), "TERM");
    wait_for_exit(child);
    std::fs::copy(&file, directory.path().join("backup.db")).unwrap();

    for _ in 0..3 {
        let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
        let (mut ann, same) = epoch(address).await;
        assert_eq!(same, started);
        ann.publishes("more").await;
        signal(child.id(), "KILL");
        wait_for_exit(child);
    }
    // The marker of the last server's messages is written by the next start.
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
    assert_eq!(epoch(address).await.1, started);
    signal(child.id(), "KILL");
    wait_for_exit(child);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(directory.path().join(format!("data/chorus.db{suffix}")));
    }
    std::fs::copy(directory.path().join("backup.db"), &file).unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0");
    assert_ne!(epoch(address).await.1, started);
    signal(child.id(), "TERM");
    let output = text(&wait_for_exit(child).stderr);
    assert_eq!(output.matches("log.restored_and_begins_a_new_epoch").count(), 1, "{output}");
}
