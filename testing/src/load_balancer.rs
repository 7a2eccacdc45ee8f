//! The load balancers whose configurations are in `deploy`, in front of two servers. They end with the process that started them.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::program;

/// Runs a load balancer for as long as its standard input is open.
const SUPERVISOR: &str = include_str!("load_balancer.sh");
const NGINX: &str = include_str!("../../deploy/nginx.conf");
const NGINX_ONE: &str = include_str!("../../deploy/nginx-one.conf");
const NGINX_PATH: &str = include_str!("../../deploy/nginx-path.conf");
const CADDY: &str = include_str!("../../deploy/Caddyfile");
const CADDY_PATH: &str = include_str!("../../deploy/Caddyfile-path");
/// The nodes that `deploy/nginx.conf` names.
const NGINX_NODES: [&str; 2] = ["10.0.0.11:3000", "10.0.0.12:3000"];
/// The server that `deploy/nginx-one.conf` and `deploy/nginx-path.conf` name.
const NGINX_ONE_NODE: &str = "127.0.0.1:3000";
/// The names of sites in `deploy/Caddyfile` and `deploy/Caddyfile-path`.
const CADDY_SITES: [&str; 2] = ["{$CHORUS_SITE:chat.example}", "{$CHORUS_SITE:site.example}"];
/// The servers that these files name.
const CADDY_NODES: [&str; 2] =
    ["{$CHORUS_NODES:10.0.0.11:3000 10.0.0.12:3000}", "{$CHORUS_NODE:127.0.0.1:3000}"];
const PORT: u16 = 8_080;
/// How long a load balancer may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_INTERVAL: Duration = Duration::from_millis(20);

/// A program that distributes connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balancer {
    Nginx,
    /// In front of the first server alone.
    NginxOne,
    /// In front of the first server alone, which answers below a path.
    NginxPath,
    Caddy,
    /// In front of the first server alone, which answers below a path.
    CaddyPath,
}

/// A running load balancer.
#[derive(Debug)]
pub struct LoadBalancer {
    address: SocketAddr,
    supervisor: Child,
    /// `None` once it was asked to end.
    input: Option<ChildStdin>,
}

impl LoadBalancer {
    /// Starts one in front of two servers. Returns `None` where it is not installed, and prints a notice.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start(balancer: Balancer, nodes: [SocketAddr; 2]) -> Option<Self> {
        let name = match balancer {
            Balancer::Nginx | Balancer::NginxOne | Balancer::NginxPath => "nginx",
            Balancer::Caddy | Balancer::CaddyPath => "caddy",
        };
        if !is_installed(name) {
            // Written directly, since the test harness captures the output of `eprintln!`.
            let line = format!("SKIPPED: {name} is not installed, so nothing was tested behind it\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
            return None;
        }
        let address = unused_address();
        let config = match balancer {
            Balancer::Nginx => nginx_config(NGINX, address, NGINX_NODES.into_iter().zip(nodes)),
            Balancer::NginxOne => nginx_config(NGINX_ONE, address, [(NGINX_ONE_NODE, nodes[0])].into_iter()),
            Balancer::NginxPath => {
                nginx_config(NGINX_PATH, address, [(NGINX_ONE_NODE, nodes[0])].into_iter())
            }
            Balancer::Caddy => caddy_config(CADDY, address, &nodes),
            Balancer::CaddyPath => caddy_config(CADDY_PATH, address, &nodes[..1]),
        };
        let mut supervisor = program::shell()
            .args(["-c", SUPERVISOR, "load_balancer.sh", name, &config])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell for a load balancer");
        let input = supervisor.stdin.take();
        let mut output = supervisor.stdout.take().expect("the supervisor's standard output");
        let mut started = Self { address, supervisor, input };
        if !started.accepts_connections() {
            started.end();
            let mut log = String::new();
            let _ = output.read_to_string(&mut log);
            panic!("{name} does not start: {log}");
        }
        Some(started)
    }

    /// Waits until it accepts connections. Returns whether it does within the time limit.
    fn accepts_connections(&self) -> bool {
        let deadline = Instant::now() + START_TIMEOUT;
        while Instant::now() < deadline {
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            thread::sleep(CONNECT_INTERVAL);
        }
        false
    }

    fn end(&mut self) {
        drop(self.input.take());
        let _ = self.supervisor.wait();
    }

    /// The address at which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for LoadBalancer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns an address of this machine at which no other test listens. A free port of 127.0.0.1 could be taken by another
/// program before the load balancer has it.
fn unused_address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    (Ipv4Addr::new(127, 64 + high % 128, low, NEXT.fetch_add(1, Ordering::Relaxed)), PORT).into()
}

/// Returns a site's configuration for an unprivileged user, without TLS, and with other addresses of servers.
fn nginx_config(
    site: &str,
    address: SocketAddr,
    nodes: impl Iterator<Item = (&'static str, SocketAddr)>,
) -> String {
    let mut site = site.replace("listen 443 ssl;", &format!("listen {address};"));
    for (name, node) in nodes {
        site = site.replace(name, &node.to_string());
    }
    let site: String = site
        .lines()
        .filter(|line| !line.trim().starts_with("ssl_"))
        .map(|line| format!("{line}\n"))
        .collect();
    let folders: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {name};\n"))
        .concat();
    format!("daemon off;\npid pid;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}{site}}}\n")
}

/// Returns a site's configuration without TLS, and without the port by which Caddy is administrated.
fn caddy_config(site: &str, address: SocketAddr, nodes: &[SocketAddr]) -> String {
    let url = format!("http://{address}");
    let nodes: Vec<_> = nodes.iter().map(ToString::to_string).collect();
    let nodes = nodes.join(" ");
    let site = CADDY_SITES.into_iter().fold(site.to_owned(), |site, name| site.replace(name, &url));
    let site = CADDY_NODES.into_iter().fold(site, |site, names| site.replace(names, &nodes));
    format!("{{\n\tadmin off\n\tauto_https off\n\tdefault_bind {}\n}}\n{site}", address.ip())
}

fn is_installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]);
    folders.any(|folder| folder.join(name).is_file())
}
