//! The file: replaced as a whole, so that a crash leaves the older mark or the newer one.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::Mark;

/// For people who find the file.
const ABOUT: &str = "Chorus compares this with the database at its start, and begins a new epoch where the database is older. \
                     A backup needs no copy of it.";

#[derive(Serialize, Deserialize)]
struct Written<M> {
    #[serde(default)]
    about: String,
    #[serde(flatten)]
    mark: M,
}

/// The mark, if there is one that can be read. A damaged mark says nothing: positions still name their events.
pub(super) fn read(path: &Path) -> Option<Mark> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            warn!(%error, path = %path.display(), "log.mark_unreadable");
            return None;
        }
    };
    match serde_json::from_slice::<Written<Mark>>(&text) {
        Ok(written) => Some(written.mark),
        Err(error) => {
            warn!(%error, path = %path.display(), "log.mark_unreadable");
            None
        }
    }
}

/// Replaces the mark. What it names is on the disk already, so it may come there at any later time.
pub(super) async fn write(path: PathBuf, mark: Mark) -> io::Result<()> {
    tokio::task::spawn_blocking(move || replace(&path, &mark)).await?
}

fn replace(path: &Path, mark: &Mark) -> io::Result<()> {
    let mut text = serde_json::to_vec(&Written { about: ABOUT.to_owned(), mark })?;
    text.push(b'\n');
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut file = File::create(&new)?;
    file.write_all(&text)?;
    // Without this a power cut may leave the new name on an empty file.
    file.sync_data()?;
    fs::rename(&new, path)
}
