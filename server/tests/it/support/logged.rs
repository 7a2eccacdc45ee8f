use std::{fs::File, net::SocketAddr, process::Stdio};

use tempfile::TempDir;

use super::{
    Browser, HttpResponse,
    program::{Program, Started, chorus, signal, wait_for_exit, wait_until_ready},
    soon,
};

/// A server whose log is a file, which unlike a pipe does not fill up.
pub struct Logged {
    directory: TempDir,
    child: Program,
    pub browser: Browser,
}

impl Logged {
    pub fn start(arguments: &str) -> Self {
        let directory = TempDir::new().unwrap();
        // As in `TestServer`, a test receives only the frames that it is about.
        let quiet = "--presence-ms 3600000 --presence-grace-ms 0 --heads-ms 3600000";
        let mut command = chorus(&directory, &format!("--listen 127.0.0.1:0 {quiet} {arguments}"));
        let log = File::create(directory.path().join("log")).unwrap();
        let child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let Started { child, address, .. } = wait_until_ready(child);
        Self { directory, child, browser: Browser::new(address) }
    }

    /// Sends a request in the name of a client.
    pub async fn gets_from(&self, client: &str, path: &str, headers: &[(&str, &str)]) -> HttpResponse {
        let headers = [&[("x-forwarded-for", client)][..], headers].concat();
        self.browser.gets_with(path, &headers).await
    }

    /// Returns what it has logged so far.
    pub fn log_so_far(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }

    /// Sends a signal to the program.
    pub fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    /// The address of `/metrics`, which the first line of the log names.
    pub async fn metrics_address(&self) -> SocketAddr {
        let address = || {
            let log = self.log_so_far();
            let (_, rest) =
                log.lines().find(|line| line.contains("server.started"))?.split_once(" metrics=")?;
            rest.split(' ').next()?.parse().ok()
        };
        soon("the address of metrics", async {
            loop {
                if let Some(address) = address() {
                    return address;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }

    /// Ends the server at once.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the server and returns what it has logged.
    pub fn log(self) -> String {
        signal(self.child.id(), "TERM");
        wait_for_exit(self.child);
        std::fs::read_to_string(self.directory.path().join("log")).unwrap()
    }
}
