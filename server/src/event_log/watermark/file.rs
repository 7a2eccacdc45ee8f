//! The watermark file. It is replaced atomically, so that a crash leaves the older watermark or the newer one.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::Watermark;

/// An explanation for people who find the file.
const ABOUT: &str = "Chorus compares this with the database at its start, and begins a new epoch where the database is older. \
                     A backup needs no copy of it.";

#[derive(Serialize, Deserialize)]
struct Contents<W> {
    #[serde(default)]
    about: String,
    #[serde(flatten)]
    watermark: W,
}

/// Returns `None` when there is no file, or when it is damaged. The server starts without a watermark then: clients
/// that resume still detect a restored backup, because a position names its event.
pub(super) fn read(path: &Path) -> Option<Watermark> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            warn!(%error, path = %path.display(), "log.watermark_unreadable");
            return None;
        }
    };
    match serde_json::from_slice::<Contents<Watermark>>(&text) {
        Ok(contents) => Some(contents.watermark),
        Err(error) => {
            warn!(%error, path = %path.display(), "log.watermark_unreadable");
            None
        }
    }
}

/// Replaces the file. The events that the watermark names are on disk already, so it may be written at any later time.
pub(super) async fn write(path: PathBuf, watermark: Watermark) -> io::Result<()> {
    tokio::task::spawn_blocking(move || replace(&path, &watermark)).await?
}

fn replace(path: &Path, watermark: &Watermark) -> io::Result<()> {
    let mut text = serde_json::to_vec(&Contents { about: ABOUT.to_owned(), watermark })?;
    text.push(b'\n');
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut file = File::create(&new)?;
    file.write_all(&text)?;
    // Without the sync, a power cut may leave an empty file under the final name.
    file.sync_data()?;
    fs::rename(&new, path)
}
