//! The program with a socket that systemd has bound (sd_listen_fds(3)).

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixListener},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Program, Started, chorus, is_ready, runs, signal, text, wait_for_exit},
};

/// The program, which gets this socket as file descriptor 3. Programs can pass only their standard input without `unsafe`, so a shell
/// moves it there. Its process becomes the program, so its id is the right one.
fn passes(directory: &TempDir, socket: impl Into<OwnedFd>, count: u32) -> Command {
    let program = chorus(directory, "--listen 127.0.0.1:1");
    let script = format!(r#"exec 3<&0 </dev/null; export LISTEN_FDS={count} LISTEN_PID=$$; exec "$0" "$@""#);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(program.get_program()).args(program.get_args());
    for (name, _) in program.get_envs() {
        shell.env_remove(name);
    }
    shell.current_dir(directory).stdin(Stdio::from(socket.into()));
    shell
}

#[tokio::test]
async fn a_passed_socket_is_served_and_outlives_the_server() {
    let directory = TempDir::new().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let Started { child, address, .. } = is_ready(&mut passes(&directory, socket.try_clone().unwrap(), 1));
    assert_eq!(address, socket.local_addr().unwrap(), "not that of --listen");
    assert_eq!(Browser::new(address).gets("/readyz").await.status, 200);
    signal(child.id(), "TERM");
    let ended = wait_for_exit(child);
    assert_eq!(ended.status.code(), Some(0));
    let log = text(&ended.stderr);
    assert!(log.contains(&format!(" listen={address} ")), "{log}");
    TcpStream::connect(address).expect("the kernel queues connections for the next server");
}

#[test]
fn the_file_of_a_passed_unix_socket_stays() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("chorus.sock");
    let socket = UnixListener::bind(&path).unwrap();
    let mut command = passes(&directory, socket, 1);
    let mut child = Program::from(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("Chorus is ready: unix:{}\n", path.display()));
    let status = runs(&directory, &format!("health --listen unix:{}", path.display()));
    assert_eq!(status.status.code(), Some(0), "{}", text(&status.stderr));
    signal(child.id(), "TERM");
    assert_eq!(wait_for_exit(child).status.code(), Some(0));
    assert!(fs::exists(&path).unwrap());
}

#[test]
fn several_sockets_and_other_files_are_refused() {
    let directory = TempDir::new().unwrap();
    let refused = |mut command: Command| {
        let ended = wait_for_exit(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        assert_eq!(ended.status.code(), Some(1));
        text(&ended.stderr)
    };
    let socket = || TcpListener::bind("127.0.0.1:0").unwrap();
    let message = refused(passes(&directory, socket(), 2));
    assert!(message.contains("there are 2 sockets instead of one"), "{message}");
    let file = fs::File::create(directory.path().join("file")).unwrap();
    let message = refused(passes(&directory, file, 1));
    assert!(message.contains("cannot listen on the service manager's socket"), "{message}");
}
