//! A Unix socket to listen on, for a reverse proxy on the same machine.

use std::{
    fs, io,
    os::unix::{
        fs::{FileTypeExt, MetadataExt, PermissionsExt},
        net::{UnixListener as StdListener, UnixStream as StdStream},
    },
    path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};

/// The proxy connects as a member of the file's group.
const MODE: u32 = 0o660;

/// A listener whose file is removed when it is dropped.
#[derive(Debug)]
pub struct UnixSocket {
    listener: UnixListener,
    path: PathBuf,
    /// The file's device and inode: another server may have put its own file there.
    file: (u64, u64),
}

impl UnixSocket {
    /// Listens at a path. Takes the place of a socket that a killed server has left there.
    pub(super) fn bind(path: &Path) -> io::Result<Self> {
        let listener = match StdListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
                fs::remove_file(path)?;
                StdListener::bind(path)?
            }
            bound => bound?,
        };
        // Before that, nobody else can connect unless the umask lets everyone write.
        fs::set_permissions(path, fs::Permissions::from_mode(MODE))?;
        listener.set_nonblocking(true)?;
        let file = identity(path)?;
        Ok(Self { listener: UnixListener::from_std(listener)?, path: path.to_owned(), file })
    }

    pub(super) async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

impl Drop for UnixSocket {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|file| file == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns whether there is a socket on which no process listens. Any other file stays.
fn is_stale(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    is_socket && StdStream::connect(path).is_err_and(refused)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_no_other_file() {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("chorus.sock");
        drop(StdListener::bind(&path).unwrap());
        let socket = UnixSocket::bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, MODE);
        assert_eq!(UnixSocket::bind(&path).unwrap_err().kind(), io::ErrorKind::AddrInUse, "it answers");
        drop(socket);
        assert!(!path.exists());
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
        let _new = UnixSocket::bind(&path).unwrap();
        drop(old);
        assert!(path.exists());
    }
}
