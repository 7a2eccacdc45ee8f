//! The built executable as a child process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

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
    match end.recv_timeout(Duration::from_secs(30)) {
        Ok(output) => output.unwrap(),
        Err(_) => {
            signal(id, "KILL");
            panic!("the program did not end")
        }
    }
}

/// Sends a signal to a process.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Returns output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A started server that has printed that it is ready.
pub struct Started {
    pub child: Child,
    pub stdout: BufReader<std::process::ChildStdout>,
    pub address: SocketAddr,
}

/// Starts the program with these arguments and waits until it is ready.
pub fn starts(directory: &TempDir, arguments: &str) -> Started {
    is_ready(&mut chorus(directory, arguments))
}

/// Starts this command and waits until it is ready.
pub fn is_ready(command: &mut Command) -> Started {
    wait_until_ready(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Waits until a started program has printed its address.
pub fn wait_until_ready(mut child: Child) -> Started {
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("Chorus is ready: http://");
    let address = address.unwrap_or_else(|| panic!("{line:?} does not say where"));
    Started { address: address.parse().unwrap(), child, stdout }
}
