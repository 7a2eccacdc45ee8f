//! Errors that prevent the start: one line, a failure code and no secret.

use std::{net::TcpListener, process::Stdio};

use tempfile::TempDir;

use crate::support::program::{Started, chorus, is_ready, runs, signal, text, wait_for_exit};

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

#[test]
fn a_variable_is_checked_like_an_option() {
    let directory = TempDir::new().unwrap();
    let mut command = chorus(&directory, "--listen 127.0.0.1:0");
    command.env("CHORUS_IN_FLIGHT", "0").stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = wait_for_exit(command.spawn().unwrap());
    let err = text(&output.stderr);
    assert_eq!((output.status.code(), err.lines().count()), (Some(2), 1), "{err}");
    assert!(err.contains("--in-flight") && err.contains("must be at least 1"), "{err}");
}

#[test]
fn an_invalid_variable_stops_only_a_command_that_uses_it() {
    let directory = TempDir::new().unwrap();
    let status_of = |arguments: &str, variable: (&str, &str)| {
        let mut command = chorus(&directory, arguments);
        command.envs([variable]).stdout(Stdio::piped()).stderr(Stdio::piped());
        wait_for_exit(command.spawn().unwrap()).status.code()
    };
    let in_flight = ("CHORUS_IN_FLIGHT", "0");
    assert_eq!(status_of("migrate up --database sqlite://x.db", in_flight), Some(0));
    assert_eq!(status_of("topic list --database sqlite://x.db", in_flight), Some(0));
    assert_eq!(status_of("serve", in_flight), Some(2));
    // An option replaces the variable. The port is taken, so the server ends by itself.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for serve in ["", "serve"] {
        let arguments = format!("{serve} --in-flight 1 --listen {address}");
        assert_eq!(status_of(&arguments, in_flight), Some(1), "{arguments}");
    }
    // A subcommand reads its own variables.
    assert_eq!(status_of("migrate status", ("CHORUS_DATABASE_URL", "nonsense")), Some(1));
}
