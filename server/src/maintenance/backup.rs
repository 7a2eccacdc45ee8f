//! `chorus backup`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use tokio_util::sync::CancellationToken;

use super::{
    copy::{check_integrity, copy_sqlite},
    new_file::NewFile,
    postgres_client,
    progress::size,
};
use crate::database::{Database, path_in};

/// Copies a SQLite database into a new file, also while a server uses it. Returns a line about the copy.
///
/// Errors: the database is PostgreSQL's, which has a program of its own for it; the file exists; the copy fails.
pub async fn back_up(url: &str, file: &Path, interrupt: &CancellationToken) -> anyhow::Result<String> {
    if Database::is_postgres(url) {
        let command = postgres_client::dump_command(url, &file.display().to_string())?;
        bail!("PostgreSQL makes the backup itself; run: {command}");
    }
    let source = path_in(url)?;
    let source =
        source.canonicalize().with_context(|| format!("cannot read the database {}", source.display()))?;
    let place = new_place(file)?;
    let failed = || format!("cannot write {}", file.display());
    let copy = NewFile::beside(&place, fs::metadata(&source)?.permissions()).with_context(failed)?;
    copy_sqlite(&source, copy.path(), interrupt).await?;
    check_integrity(copy.path(), interrupt).await?;
    let bytes = copy.sync().with_context(failed)?;
    copy.put_in_place(&place).with_context(failed)?;
    Ok(format!("Backed up to {}: {}", file.display(), size(bytes)))
}

/// The absolute path of a file that does not exist yet.
fn new_place(file: &Path) -> anyhow::Result<PathBuf> {
    if file.symlink_metadata().is_ok() {
        bail!("{} exists; give another name, or remove it first", file.display());
    }
    let name = file.file_name().with_context(|| format!("{} names no file", file.display()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder
        .canonicalize()
        .with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    Ok(folder.join(name))
}
