//! The built executable as a child process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    ops::{Deref, DerefMut},
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
        let text = name.to_string_lossy();
        let is_of_systemd = matches!(&*text, "STATE_DIRECTORY" | "CREDENTIALS_DIRECTORY");
        if text.starts_with("CHORUS_") || is_of_systemd {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs the program to its end.
pub fn runs(directory: &TempDir, arguments: &str) -> Output {
    wait_for_exit(chorus(directory, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Runs the program to its end on another thread, so that a server of this process goes on. PostgreSQL lists a connection for a moment
/// after its server has ended, so it is tried until no server is found.
pub async fn tries(directory: &TempDir, arguments: &str) -> Output {
    let done = async {
        loop {
            let mut command = chorus(directory, arguments);
            let program =
                Program::from(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
            let output = tokio::task::spawn_blocking(|| wait_for_exit(program)).await.unwrap();
            if !text(&output.stderr).contains("is being served") {
                return output;
            }
        }
    };
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, done)
        .await
        .unwrap_or_else(|_| panic!("{arguments} takes longer than {limit:?}"))
}

/// A process that is killed on drop, as after a failed assertion.
pub struct Program(Option<Child>);

impl From<Child> for Program {
    fn from(child: Child) -> Self {
        Self(Some(child))
    }
}

impl Deref for Program {
    type Target = Child;

    fn deref(&self) -> &Child {
        self.0.as_ref().unwrap()
    }
}

impl DerefMut for Program {
    fn deref_mut(&mut self) -> &mut Child {
        self.0.as_mut().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until the program has ended. Kills it and fails at the timeout.
pub fn wait_for_exit(program: impl Into<Program>) -> Output {
    let mut program: Program = program.into();
    let child = program.0.take().unwrap();
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
    pub child: Program,
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
pub fn wait_until_ready(program: impl Into<Program>) -> Started {
    let mut child: Program = program.into();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("Chorus is ready: ");
    let address = url.and_then(|url| url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")));
    let address = address.unwrap_or_else(|| panic!("{line:?} does not say where"));
    // Without the path of `--public-url`.
    let address = address.split('/').next().unwrap();
    Started { address: address.parse().unwrap(), child, stdout }
}
