//! `chorus import`: of an export by Chorus, or of an unpacked export of another chat.

use std::{fs::File, io::Read, path::Path};

use anyhow::{Context, ensure};

use super::{
    foreign::import_folder,
    ndjson::{STANDARD_STREAM, import_ndjson},
};

/// The first bytes of a ZIP file, and of what gzip has compressed.
const COMPRESSED: [&[u8]; 2] = [b"PK\x03\x04", b"\x1f\x8b"];

/// Stores the events of an export. Returns lines about them.
///
/// Errors: those of the format; the file is compressed.
pub async fn import(url: &str, path: &Path) -> anyhow::Result<String> {
    if path != Path::new(STANDARD_STREAM) {
        let found = path.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        if found.is_dir() {
            return import_folder(url, path).await;
        }
        // A pipe gives each byte once.
        if found.is_file() {
            refuse_compressed(path)?;
        }
    }
    import_ndjson(url, path).await
}

fn refuse_compressed(file: &Path) -> anyhow::Result<()> {
    let mut start = Vec::new();
    let read = File::open(file).and_then(|opened| opened.take(4).read_to_end(&mut start));
    read.with_context(|| format!("cannot read {}", file.display()))?;
    let is_compressed = COMPRESSED.iter().any(|magic| start.starts_with(magic));
    ensure!(!is_compressed, "{} is compressed; unpack it, and give the folder", file.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_compressed_export_is_refused() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("export");
        for (bytes, is_refused) in [
            ("PK\x03\x04rest".as_bytes(), true),
            ([0x1f, 0x8b].as_slice(), true),
            (b"{\"type\"".as_slice(), false),
            ([].as_slice(), false),
        ] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(refuse_compressed(&file).is_err(), is_refused, "{bytes:?}");
        }
    }
}
