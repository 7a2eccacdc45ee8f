//! A Unix socket to listen on, for a reverse proxy on the same machine.
//!
//! A lock on a file beside it (`chorus.sock.lock`) keeps two servers that start at once from removing each other's socket. The
//! kernel releases it when the process ends. The file is never removed, since another process may just have locked it.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
        net::UnixListener as StdListener,
    },
    path::{Path, PathBuf},
};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::{UnixListener, UnixStream};

/// The proxy connects as a member of the file's group.
const MODE: u32 = 0o660;

/// A listener at a path.
#[derive(Debug)]
pub struct UnixSocket {
    /// `None` if the file belongs to the service manager, whose socket outlives the server.
    _file: Option<SocketFile>,
    listener: UnixListener,
}

/// The file of a socket, which is removed on drop.
#[derive(Debug)]
struct SocketFile {
    path: PathBuf,
    /// The file's device and inode: another server may have put its own file there.
    identity: (u64, u64),
    /// Released after the file is removed.
    _lock: File,
}

impl UnixSocket {
    /// Listens at a path. Takes the place of a socket that a killed server has left there.
    pub(super) fn bind(path: &Path) -> io::Result<Self> {
        let lock = lock(path)?;
        let listener = match StdListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
                fs::remove_file(path)?;
                StdListener::bind(path)?
            }
            bound => bound?,
        };
        // Before that, nobody else can connect unless the umask lets everyone write.
        fs::set_permissions(path, fs::Permissions::from_mode(MODE))?;
        let file = SocketFile { path: path.to_owned(), identity: identity(path)?, _lock: lock };
        Ok(Self { _file: Some(file), ..Self::inherited(listener)? })
    }

    /// Takes a socket that the service manager has bound.
    pub(super) fn inherited(listener: StdListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Ok(Self { _file: None, listener: UnixListener::from_std(listener)? })
    }

    /// Returns the path, or an empty one for a socket in the abstract namespace.
    pub(super) fn path(&self) -> io::Result<PathBuf> {
        let address = self.listener.local_addr()?;
        Ok(address.as_pathname().map(Path::to_owned).unwrap_or_default())
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Locks a path for this process. Another server that listens there, or is about to, holds the lock.
fn lock(path: &Path) -> io::Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(name)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::AddrInUse.into()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Returns whether there is a socket on which no process listens. Any other file stays.
fn is_stale(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    is_socket && connect(path).is_err_and(refused)
}

/// Does not wait: a listener whose queue is full does not refuse (`WouldBlock`).
fn connect(path: &Path) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(socket)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// Leaves the file of a socket that nobody listens on. A listener that is dropped may live on in a child of another test.
    fn leave_stale(path: &Path) {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.bind(&SockAddr::unix(path).unwrap()).unwrap();
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_no_other_file() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chorus.sock");
        leave_stale(&path);
        let socket = UnixSocket::bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse, "it serves");
        drop(socket);
        assert!(!path.exists());
        let other = StdListener::bind(&path).unwrap();
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse, "it answers");
        drop(other);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
    }

    #[tokio::test]
    async fn the_file_of_another_server_stays() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chorus.sock");
        let old = UnixSocket::bind(&path).unwrap();
        // Kept under another name, so that its inode is not used again.
        fs::rename(&path, directory.path().join("old.sock")).unwrap();
        let _new = StdListener::bind(&path).unwrap();
        drop(old);
        assert!(path.exists());
    }

    #[tokio::test]
    async fn a_stale_socket_stays_while_another_server_starts() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chorus.sock");
        leave_stale(&path);
        let starting = lock(&path).unwrap();
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert!(path.exists());
        starting.unlock().unwrap();
        UnixSocket::bind(&path).unwrap();
    }

    /// Other systems refuse a connection that does not fit into the queue.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_server_whose_queue_is_full_keeps_its_socket() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chorus.sock");
        let busy = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        busy.bind(&SockAddr::unix(&path).unwrap()).unwrap();
        busy.listen(1).unwrap();
        let mut waiting = Vec::new();
        let error = loop {
            match connect(&path) {
                Ok(socket) => waiting.push(socket),
                Err(error) => break error,
            }
            assert!(waiting.len() < 100, "the queue has an end");
        };
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse);
        assert!(path.exists());
    }
}
