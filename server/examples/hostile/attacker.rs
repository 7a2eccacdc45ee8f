//! The process of an attack. It runs until its standard input is closed, and then prints its counters.

use std::{
    io::Read,
    net::SocketAddr,
    process::{Child, Command, ExitCode, Stdio},
};

use tokio::task::spawn_blocking;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    attacks::{ATTACKS, Attack, Counters, Target},
    cpu::cpu_seconds,
};

/// The attempts of an attack, and the processor time that it has used.
pub(crate) struct Totals {
    pub(crate) attempts: u64,
    pub(crate) refused: u64,
    pub(crate) cpu_seconds: f64,
}

/// A running attack. It ends with this process, which holds its standard input.
pub(crate) struct Attacker(Child);

impl Attacker {
    /// Starts this program once more, as the attacker.
    pub(crate) fn start(attack: &Attack, server: SocketAddr) -> Self {
        let program = std::env::current_exe().expect("the path of this program");
        let child = Command::new(program)
            .args(["--only", attack.name, "--attack", &server.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        Self(child.expect("the attacker's process"))
    }

    /// Ends the attack.
    pub(crate) async fn stop(mut self) -> Totals {
        let cpu_seconds = cpu_seconds(self.0.id());
        drop(self.0.stdin.take());
        let output = spawn_blocking(|| self.0.wait_with_output()).await.expect("it does not panic");
        let output = output.expect("the attacker's output");
        let text = String::from_utf8_lossy(&output.stdout);
        let mut numbers = text.split_whitespace().map(|number| number.parse().expect("a number"));
        let mut next = || numbers.next().expect("two numbers");
        Totals { attempts: next(), refused: next(), cpu_seconds }
    }
}

/// Runs the attack with this name.
pub(crate) async fn run(name: &str, server: SocketAddr) -> ExitCode {
    let Some(attack) = ATTACKS.iter().find(|attack| attack.name == name) else { return ExitCode::FAILURE };
    let stop = CancellationToken::new();
    let tracker = TaskTracker::new();
    let counters = Counters::default();
    (attack.start)(&Target { server, counters: counters.clone(), stop: stop.clone() }, &tracker);
    let _ = spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await;
    stop.cancel();
    tracker.close();
    tracker.wait().await;
    println!("{} {}", counters.attempts(), counters.refused());
    ExitCode::SUCCESS
}
