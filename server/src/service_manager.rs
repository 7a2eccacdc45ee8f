//! Messages to the service manager that has started this process, as systemd does with `Type=notify` (sd_notify(3)).

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::unix::net::{SocketAddr, UnixDatagram},
    process,
    time::Duration,
};

use tokio::time::sleep;
use tracing::{error, warn};

/// After this time, a service manager that does not read its messages gets none.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// The service manager, or nothing if the process was started by hand.
#[derive(Debug, Default)]
pub struct ServiceManager {
    socket: Option<NotifySocket>,
    /// Without a message for so long, the service manager kills the process.
    watchdog_timeout: Option<Duration>,
}

#[derive(Debug)]
struct NotifySocket {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl ServiceManager {
    /// Returns the service manager that the environment names. One that cannot be reached is logged, and no reason to fail.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| env::var_os(name)).unwrap_or_else(|error| {
            warn!(%error, "service_manager.unreachable");
            Self::default()
        })
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> io::Result<Self> {
        let Some(name) = variable("NOTIFY_SOCKET") else { return Ok(Self::default()) };
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(SEND_TIMEOUT))?;
        let socket = NotifySocket { socket, address: address(&name)? };
        Ok(Self { socket: Some(socket), watchdog_timeout: watchdog_timeout(variable) })
    }

    /// To be called when the server accepts connections.
    pub fn ready(&self) {
        self.notify("READY=1");
    }

    /// To be called when the server begins to shut down.
    pub fn stopping(&self) {
        self.notify("STOPPING=1");
    }

    /// Feeds the watchdog, if there is one, at half of its timeout. `is_stuck` gets that time, and the watchdog nothing while it
    /// returns `true`.
    pub async fn run_watchdog(&self, is_stuck: impl Fn(Duration) -> bool) {
        let Some(timeout) = self.watchdog_timeout else { return };
        let interval = timeout / 2;
        loop {
            if is_stuck(interval) {
                error!(seconds = interval.as_secs(), "server.committer_stuck");
            } else {
                self.notify("WATCHDOG=1");
            }
            sleep(interval).await;
        }
    }

    fn notify(&self, state: &str) {
        let Some(NotifySocket { socket, address }) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(state.as_bytes(), address) {
            warn!(%error, state, "service_manager.not_notified");
        }
    }
}

/// Reads an address as sd_notify(3) writes it: a path, or `@` and a name in the abstract namespace.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_encoded_bytes() {
        #[cfg(target_os = "linux")]
        [b'@', name @ ..] => <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "NOTIFY_SOCKET is neither a path nor @ and a name",
        )),
    }
}

/// Returns the timeout if it is meant for this process, and not for the one that has started it.
fn watchdog_timeout(variable: impl Fn(&str) -> Option<OsString>) -> Option<Duration> {
    let number = |name| variable(name)?.to_str()?.parse().ok();
    let is_ours =
        variable("WATCHDOG_PID").is_none() || number("WATCHDOG_PID") == Some(u64::from(process::id()));
    let timeout = number("WATCHDOG_USEC").filter(|_| is_ours).map(Duration::from_micros);
    timeout.filter(|timeout| !timeout.is_zero())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tempfile::TempDir;
    use tokio::time::timeout;

    use super::*;

    /// A service manager that listens at this name, and what its service sees of it.
    fn manager(name: OsString, variables: &[(&str, &str)]) -> ServiceManager {
        let variable = |asked: &str| {
            let found = variables.iter().find(|(name, _)| *name == asked);
            if asked == "NOTIFY_SOCKET" { Some(name.clone()) } else { found.map(|(_, value)| value.into()) }
        };
        ServiceManager::from_variables(variable).unwrap()
    }

    /// Returns all messages that have arrived.
    fn messages(socket: &UnixDatagram) -> Vec<String> {
        socket.set_nonblocking(true).unwrap();
        let mut buffer = [0; 64];
        let mut received = Vec::new();
        while let Ok(length) = socket.recv(&mut buffer) {
            received.push(String::from_utf8(buffer[..length].to_vec()).unwrap());
        }
        received
    }

    #[test]
    fn messages_arrive_at_a_path() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let manager = manager(path.into_os_string(), &[]);
        manager.ready();
        manager.stopping();
        assert_eq!(messages(&socket), ["READY=1", "STOPPING=1"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn messages_arrive_at_an_abstract_name() {
        let name = format!("@chorus-test-{}", process::id());
        let socket = UnixDatagram::bind_addr(&address(OsStr::new(&name)).unwrap()).unwrap();
        manager(name.into(), &[]).ready();
        assert_eq!(messages(&socket), ["READY=1"]);
    }

    #[test]
    fn without_a_service_manager_nothing_is_sent() {
        let manager = ServiceManager::from_variables(|_| None).unwrap();
        manager.ready();
        assert_eq!(manager.watchdog_timeout, None);
        assert!(ServiceManager::from_variables(|_| Some("vsock:2:1".into())).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_watchdog_is_fed_unless_the_server_is_stuck() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        let manager = manager(path.into_os_string(), &[("WATCHDOG_USEC", "2000000")]);
        let stuck = Cell::new(false);
        let is_stuck = |limit: Duration| {
            assert_eq!(limit, Duration::from_secs(1), "half of the timeout");
            stuck.get()
        };
        let run = || timeout(Duration::from_millis(2_500), manager.run_watchdog(is_stuck));
        assert!(run().await.is_err());
        assert_eq!(messages(&socket), ["WATCHDOG=1"; 3]);
        stuck.set(true);
        assert!(run().await.is_err());
        assert!(messages(&socket).is_empty());
    }

    #[test]
    fn the_watchdog_of_another_process_is_not_ours() {
        let with = |variables: &[(&str, &str)]| manager("/nowhere".into(), variables).watchdog_timeout;
        let own = process::id().to_string();
        let second = Some(Duration::from_secs(1));
        assert_eq!(with(&[("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", &own)]), second);
        assert_eq!(with(&[("WATCHDOG_USEC", "1000000")]), second);
        assert_eq!(with(&[("WATCHDOG_USEC", "1000000"), ("WATCHDOG_PID", "1")]), None);
        assert_eq!(with(&[("WATCHDOG_USEC", "0")]), None);
        assert_eq!(with(&[("WATCHDOG_USEC", "soon")]), None);
    }
}
