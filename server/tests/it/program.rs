//! The executable: command line, signals, startup and shutdown.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use app::protocol::SUBPROTOCOL;
use clap::CommandFactory;
use server::{config::Cli, shutdown::is_hangup_ignored};
use tempfile::TempDir;

use crate::support::{Browser, HandshakeClient, Member, soon, start_in};

/// The program with these arguments, in a temporary folder and without inherited settings.
pub fn chorus(directory: &TempDir, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chorus"));
    command.args(arguments.split_whitespace()).current_dir(directory).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CHORUS_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the program to its end.
pub fn runs(directory: &TempDir, arguments: &str) -> Output {
    wait_for_exit(chorus(directory, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Waits until the program has ended. Kills it and fails at the timeout.
pub fn wait_for_exit(child: Child) -> Output {
    let (ended, end) = mpsc::channel();
    let id = child.id();
    thread::spawn(move || ended.send(child.wait_with_output()));
    match end.recv_timeout(Duration::from_secs(10)) {
        Ok(output) => output.unwrap(),
        Err(_) => {
            signal(id, "KILL");
            panic!("the program did not end")
        }
    }
}

pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success());
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A started server that has printed that it is ready.
pub struct Started {
    pub child: Child,
    pub stdout: BufReader<std::process::ChildStdout>,
    pub address: SocketAddr,
}

pub fn starts(directory: &TempDir, arguments: &str) -> Started {
    is_ready(&mut chorus(directory, arguments))
}

fn is_ready(command: &mut Command) -> Started {
    wait_until_ready(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

fn wait_until_ready(mut child: Child) -> Started {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("Chorus is ready: http://");
    let address = address.unwrap_or_else(|| panic!("{line:?} does not say where"));
    Started { address: address.parse().unwrap(), child, stdout }
}

#[tokio::test]
async fn it_prints_its_address_and_shuts_down_cleanly_on_a_signal() {
    let directory = TempDir::new().unwrap();
    for name in ["TERM", "INT", "HUP"] {
        // Under nohup the test runner, and so the program, ignores SIGHUP.
        if name == "HUP" && is_hangup_ignored() {
            continue;
        }
        let Started { child, mut stdout, address } = starts(&directory, "--listen 127.0.0.1:0");
        assert_ne!(address.port(), 0);
        assert_eq!(Browser::new(address).gets("/readyz").await.status, 200);
        signal(child.id(), name);
        let output = wait_for_exit(child);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "one line and no more");
    }
    assert!(directory.path().join("data/chorus.db").exists(), "the default database is in data/");
}

/// Starts a request without its body, and returns once the handler waits for the body.
fn begins_a_request(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    BufReader::new(&stream).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
    stream
}

#[test]
fn an_unfinished_request_does_not_fail_the_shutdown() {
    let directory = TempDir::new().unwrap();
    let Started { child, address, .. } = starts(&directory, "--listen 127.0.0.1:0 --shutdown-seconds 4");
    let _unfinished = begins_a_request(address);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_second_signal_stops_it_immediately_with_a_notice() {
    let directory = TempDir::new().unwrap();
    let Started { mut child, address, .. } =
        starts(&directory, "--listen 127.0.0.1:0 --shutdown-seconds 3600");
    let _unfinished = begins_a_request(address);
    let ended = (0..100).any(|_| {
        signal(child.id(), "TERM");
        thread::sleep(Duration::from_millis(100));
        child.try_wait().unwrap().is_some()
    });
    assert!(ended);
    let output = wait_for_exit(child);
    assert_eq!((output.status.code(), text(&output.stderr).contains("ended at once")), (Some(1), true));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn under_nohup_it_outlives_its_terminal() {
    let directory = TempDir::new().unwrap();
    let mut nohup = Command::new("nohup");
    nohup.arg(env!("CARGO_BIN_EXE_chorus")).args(["--listen", "127.0.0.1:0"]).current_dir(&directory);
    let Started { mut child, address, .. } = is_ready(&mut nohup);
    assert_eq!(Browser::new(address).gets("/readyz").await.status, 200);
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    assert_eq!(u64::from_str_radix(ignored.trim(), 16).unwrap() & 1, 1, "SIGHUP is still ignored");
    signal(child.id(), "KILL");
    child.wait().unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_low_limit_of_open_files_is_raised() {
    let directory = TempDir::new().unwrap();
    let mut limited = Command::new("sh");
    let line = "ulimit -Sn 100; ulimit -Hn 256; exec \"$0\" --listen 127.0.0.1:0";
    limited.args(["-c", line, env!("CARGO_BIN_EXE_chorus")]).current_dir(&directory);
    let Started { mut child, address, .. } = is_ready(&mut limited);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let open_files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(open_files.split_whitespace().nth(3), Some("256"), "the soft limit is the hard one");

    let held: Vec<_> = (0..300).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut asks = TcpStream::connect(address).unwrap();
    asks.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    asks.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    drop(held);
    signal(child.id(), "TERM");
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(log.matches("too_few_descriptors").count(), 1, "{log}");
    assert_eq!(child.wait().unwrap().code(), Some(0), "{log}");
}

#[test]
fn it_shuts_down_cleanly_with_a_closed_log_pipe() {
    let directory = TempDir::new().unwrap();
    let Started { mut child, stdout, .. } = starts(&directory, "--listen 127.0.0.1:0");
    drop((child.stderr.take(), stdout));
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}

#[test]
fn a_startup_error_is_one_line_and_a_failure_code() {
    let directory = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    std::fs::write(
        directory.path().join("no.db"),
        "this is no database, however long it goes on".repeat(100),
    )
    .unwrap();
    // A folder in place of the lock file, since a read-only folder does not stop root.
    std::fs::create_dir(directory.path().join("locked.db.lock")).unwrap();
    for (arguments, names) in [
        (format!("--listen 127.0.0.1:{port}"), format!("{port}")),
        ("--listen 127.0.0.1:0 --database sqlite:///dev/null/x.db".into(), "/dev/null".into()),
        ("--listen 127.0.0.1:0 --database sqlite:///dev".into(), "/dev".into()),
        ("--listen 127.0.0.1:0 --database sqlite:///dev".into(), "directory".into()),
        ("--listen 127.0.0.1:0 --database sqlite::memory:".into(), "memory".into()),
        ("--listen 127.0.0.1:0 --database sqlite://x.db?mode=memory".into(), "memory".into()),
        ("--listen 127.0.0.1:0 --database sqlite://".into(), "memory".into()),
        ("--listen 127.0.0.1:0 --database sqlite://no.db".into(), "not a database".into()),
        ("--listen 127.0.0.1:0 --database sqlite://no.db/x.db".into(), "no.db".into()),
        ("migrate up --database sqlite://locked.db".into(), "locked.db.lock".into()),
        ("--listen 127.0.0.1:0 --database sqlite://no.db".into(), "no.db".into()),
        ("--listen 127.0.0.1:0 --database mysql://root:hunter2@db/x".into(), "mysql".into()),
        (
            "--listen 127.0.0.1:0 --database-wait-seconds 0 --database postgres://me:hunter2@127.0.0.1:1/x"
                .into(),
            "127.0.0.1:1/x".into(),
        ),
        ("migrate status --database sqlite:///dev/null/x.db".into(), "/dev/null".into()),
        ("--nonsense".into(), "--nonsense".into()),
        ("--listen nowhere".into(), "nowhere".into()),
        ("--listen localhost".into(), "localhost:3000".into()),
        ("--listen :3000".into(), "0.0.0.0:3000".into()),
        ("--log infoo".into(), "info, debug".into()),
        ("--log info,sqlx".into(), "sqlx=warn".into()),
        ("--allow-origin example.com".into(), "https://example.com".into()),
        ("--allow-origin https://a.example,https://b.example/chat".into(), "https://b.example".into()),
        ("--listen 127.0.0.1:0 --database-timeout-ms 0".into(), "database-timeout-ms".into()),
        ("--listen 127.0.0.1:0 --stall-ms 0".into(), "stall-ms".into()),
        ("--listen 127.0.0.1:0 --database-wait-seconds 86401".into(), "database-wait-seconds".into()),
        ("--default-topic NOT-A-TOPIC".into(), "NOT-A-TOPIC".into()),
        ("--listen 127.0.0.1:0 --log =".into(), "log".into()),
        ("dance".into(), "dance".into()),
        ("--listen 127.0.0.1:0 --commit-queue 0".into(), "commit-queue".into()),
        ("--listen 127.0.0.1:0 --body-bytes 60000".into(), "frame-bytes".into()),
        ("new-epoch --database sqlite:///dev/null/x.db".into(), "/dev/null".into()),
    ] {
        let output = runs(&directory, &arguments);
        let out = text(&output.stdout);
        let err = text(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code != 0), "{arguments}: {:?}", output.status);
        assert_eq!((out.as_str(), err.lines().count()), ("", 1), "{arguments}: {err}");
        assert!(err.starts_with("chorus: ") && err.contains(&names), "{arguments}: {err}");
        assert!(!err.contains("panicked") && !err.contains("hunter2"), "{arguments}: {err}");
    }
}

#[test]
fn an_unencoded_password_in_the_url_is_rejected_and_never_printed() {
    let directory = TempDir::new().unwrap();
    for url in [
        "postgres://me:12#secret@127.0.0.1/x",
        "postgres://me:12/secret@127.0.0.1/x",
        "postgres://me:12?secret@127.0.0.1/x",
        "postgres://me:12@34/secret@127.0.0.1/x",
        "postgresql://me:12@secret#34@127.0.0.1/x",
        "postgres://me:secret#34@127.0.0.1/x",
        "postgres://127.0.0.1/x?user=me&password=secret#12",
    ] {
        for command in ["--listen 127.0.0.1:0", "migrate status", "new-epoch"] {
            let output = runs(&directory, &format!("{command} --database {url}"));
            let err = text(&output.stderr);
            assert_eq!((output.status.code(), err.lines().count()), (Some(1), 1), "{url}: {err}");
            assert!(err.contains("percent-encode") && err.contains("%23"), "{url}: {err}");
            let shown = ["12", "34/", "secret", "me:"].into_iter().find(|part| err.contains(part));
            assert_eq!(shown, None, "{url}: {err}");
        }
    }
}

#[test]
fn a_mistyped_environment_variable_prevents_the_start() {
    let directory = TempDir::new().unwrap();
    for arguments in ["--listen 127.0.0.1:0", "migrate status", "new-epoch"] {
        let mut command = chorus(&directory, arguments);
        command.env("CHORUS_ACCES_SECRET", "open-sesame").stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = wait_for_exit(command.spawn().unwrap());
        let out = text(&output.stdout);
        let err = text(&output.stderr);
        assert_eq!((output.status.code(), out.as_str(), err.lines().count()), (Some(2), "", 1), "{err}");
        assert!(err.contains("CHORUS_ACCES_SECRET (did you mean CHORUS_ACCESS_SECRET?)"), "{err}");
        assert!(!err.contains("open-sesame"), "{err}");
    }
    let allowed = [("CHORUS_ACCES_SECRET", "open-sesame"), ("CHORUS_ALLOW_UNKNOWN_VARIABLES", "true")];
    let of_tests = [("CHORUS_TEST_POSTGRES", "require"), ("CHORUS_PORT", "tcp://10.0.0.1:3000")];
    for variables in [allowed, of_tests] {
        let mut command = chorus(&directory, "--listen localhost:0");
        let Started { child, address, .. } = is_ready(command.envs(variables));
        assert_eq!(address.ip().to_string(), "127.0.0.1");
        signal(child.id(), "TERM");
        assert_eq!(wait_for_exit(child).status.code(), Some(0));
    }
}

/// Reserves a port on which nobody listens.
fn reserved_port() -> (socket2::Socket, SocketAddr) {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// Starts it with the address of a PostgreSQL that is not running, and returns once it has printed that it waits.
fn waits(directory: &TempDir, database: &testing::TestDatabase, seconds: u32, port: SocketAddr) -> Child {
    let (before, _) = database.url().split_once("?host=").unwrap();
    let name = before.rsplit('/').next().unwrap();
    let arguments = format!(
        "--listen 127.0.0.1:0 --database-wait-seconds {seconds} --database postgres://chorus@{port}/{name}?sslmode=disable"
    );
    let mut command = chorus(directory, &arguments);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("database.waiting") && line.contains(&port.to_string()), "{line}");
    child.stderr = Some(stderr.into_inner());
    child
}

#[test]
fn it_waits_for_a_postgres_that_starts_later() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (socket, port) = reserved_port();
    let child = waits(&directory, &database, 60, port);
    socket.listen(16).unwrap();
    let _network = testing::Proxy::start_on(&database, socket.into());
    let Started { child, .. } = wait_until_ready(child);
    signal(child.id(), "TERM");
    let output = wait_for_exit(child);
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.contains("database.waiting")), (Some(0), false), "once: {err}");
}

#[test]
fn waiting_for_postgres_ends_at_its_timeout_and_on_a_signal() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let (_socket, port) = reserved_port();
    let output = wait_for_exit(waits(&directory, &database, 1, port));
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.lines().count()), (Some(1), 1), "{err}");
    assert!(err.starts_with("chorus: ") && err.contains(&port.to_string()), "{err}");
    let child = waits(&directory, &database, 60, port);
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
}

#[test]
fn migrations_go_up_and_down_and_print_their_status() {
    check_migrations("sqlite://new/folder/x.db");
}

#[test]
fn migrations_go_up_and_down_in_postgres_as_well() {
    if let Some(database) = testing::postgres() {
        check_migrations(database.url());
    }
}

fn check_migrations(url: &str) {
    let directory = TempDir::new().unwrap();
    let migrate = |action: &str| {
        let output = runs(&directory, &format!("migrate {action} --database {url}"));
        assert_eq!(output.status.code(), Some(0), "{action}: {}", text(&output.stderr));
        let steps = text(&output.stdout);
        steps.lines().map(|line| line.starts_with("applied ")).collect::<Vec<_>>()
    };
    let before = migrate("status");
    assert!(before.len() >= 2 && before.iter().all(|applied| !applied), "{before:?}");
    assert!(migrate("up").iter().all(|applied| *applied));
    assert!(migrate("up").iter().all(|applied| *applied), "a second time is harmless");
    let after = migrate("down");
    assert_eq!(after.iter().filter(|applied| !**applied).count(), 1);
    assert_eq!(after.last(), Some(&false), "the newest migration was reverted");
    assert_eq!(migrate("status"), after);
    assert!(migrate("up").iter().all(|applied| *applied));
}

#[test]
fn each_new_epoch_is_different() {
    let directory = TempDir::new().unwrap();
    let database = testing::from_environment();
    let begin = || {
        let output = runs(&directory, &format!("new-epoch --database {}", database.url()));
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let first = begin();
    assert!(first.starts_with("A new epoch has begun: "), "{first}");
    assert_ne!(begin(), first);
}

#[test]
fn help_lists_every_setting_and_never_the_secret() {
    let directory = TempDir::new().unwrap();
    let output = chorus(&directory, "--help").env("CHORUS_ACCESS_SECRET", "open-sesame").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    let command = Cli::command();
    let settings: Vec<_> = command.get_arguments().filter_map(|setting| setting.get_long()).collect();
    assert!(settings.len() > 20, "{settings:?}");
    for setting in settings {
        assert!(help.contains(&format!("--{setting}")), "--{setting}");
    }
    for variable in command.get_arguments().filter_map(clap::Arg::get_env) {
        assert!(help.contains(variable.to_str().unwrap()), "{variable:?}");
    }
    assert!(!help.contains("open-sesame"));
}

#[test]
fn the_version_is_printed() {
    let output = runs(&TempDir::new().unwrap(), "--version");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), format!("chorus {}\n", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn new_epoch_is_refused_while_a_server_uses_postgres() {
    let Some(database) = testing::postgres() else { return };
    let directory = TempDir::new().unwrap();
    let command = format!("new-epoch --database {}", database.url());
    let server = start_in(database, "").await;
    let refused = runs(&directory, &command);
    let output = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{output}");
    assert!(output.contains("is being served") && output.lines().count() == 1, "{output}");
    let _ended = server.stops().await;
    // PostgreSQL lists a connection for a moment after it was closed.
    let started = async {
        while !runs(&directory, &command).status.success() {
            tokio::task::yield_now().await;
        }
    };
    soon("a new epoch", started).await;
}

#[tokio::test]
async fn a_killed_server_keeps_its_epoch_and_a_restored_backup_begins_a_new_one() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("data/chorus.db");
    let epoch = async |address| {
        let handshake = HandshakeClient::new(address, "/chat").with("sec-websocket-protocol", SUBPROTOCOL);
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
