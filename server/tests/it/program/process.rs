//! Ignored signals and resource limits, which the program inherits from its parent process (Linux).

use std::{
    io::{Read, Write},
    net::TcpStream,
    process::Command,
};

use tempfile::TempDir;

use crate::support::{
    Browser,
    program::{Started, is_ready, signal},
};

#[tokio::test]
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
