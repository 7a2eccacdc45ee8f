//! A full disk under the real program, simulated by a limit on file sizes (RLIMIT_FSIZE).

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use app::protocol::DraftId;

use crate::support::{
    HandshakeClient, Member,
    acked::{Acked, assert_nothing_is_lost, publishes_until_acked},
};

/// The running program. It is killed on drop.
struct Running {
    child: Child,
    address: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts it with SIGXFSZ ignored, which would end it instead of failing the write.
    fn starts(url: &str) -> Self {
        let mut command = Command::new("sh");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CHORUS_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#, env!("CARGO_BIN_EXE_chorus")])
            .args([
                "--listen",
                "127.0.0.1:0",
                "--frames-per-second",
                "0",
                "--min-free-disk",
                "0",
                "--database",
                url,
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("Chorus is ready: http://").unwrap();
        Self { address: address.parse().unwrap(), child }
    }

    async fn connects(&self, name: &str) -> Member {
        let handshake = HandshakeClient::new(self.address, "/chat").with_v1();
        Member::hello(handshake.connects().await, name).await
    }

    /// Limits the size of its files.
    fn may_write(&self, bytes: &str) {
        let arguments = [format!("--pid={}", self.child.id()), format!("--fsize={bytes}:")];
        assert!(Command::new("prlimit").args(arguments).status().unwrap().success());
    }
}

fn length(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}

#[tokio::test]
async fn a_full_disk_refuses_writes_until_there_is_space_again() {
    let database = testing::sqlite();
    let server = Running::starts(database.url());
    let mut ann = server.connects("Ann").await;
    let mut eve = server.connects("Eve").await;
    let mut acked = Acked::new();
    let long = "x".repeat(10_000);
    let first = DraftId::fresh();
    acked.insert(first, publishes_until_acked(&mut ann, first, "first").await);

    server.may_write(&(length(&database.folder().join("test.db-wal")) + 100_000).to_string());
    let refused = loop {
        let draft = DraftId::fresh();
        match ann.tries_to_publish("lobby", draft, &long).await {
            Ok(seq) => acked.insert(draft, seq),
            Err(_) => break draft,
        };
        assert!(acked.len() < 100, "the disk is never full");
    };
    assert!(acked.len() > 2);
    assert!(ann.tries_to_publish("lobby", refused, &long).await.is_err());

    server.may_write("unlimited");
    acked.insert(refused, publishes_until_acked(&mut ann, refused, &long).await);
    assert_eq!(acked[&refused], acked.len() as u64);
    assert_nothing_is_lost(&mut eve, &acked).await;
}
