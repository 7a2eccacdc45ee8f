//! Reads small files of text.

use std::{
    fs::File,
    io::{Error, ErrorKind, Read, Result},
    path::Path,
};

/// Reads a file of UTF-8. Errors: it cannot be read, is no text, or has more than `max_bytes`, as a device has.
pub(super) fn read_text(path: &Path, max_bytes: u64) -> Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(max_bytes + 1).read_to_string(&mut text)?;
    if read as u64 > max_bytes {
        let message = format!("the file has more than {max_bytes} bytes");
        return Err(Error::new(ErrorKind::InvalidData, message));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_as_many_bytes_as_the_limit() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("x");
        std::fs::write(&path, "four").unwrap();
        assert_eq!(read_text(&path, 4).unwrap(), "four");
        assert!(read_text(&path, 3).unwrap_err().to_string().contains("more than 3 bytes"));
        std::fs::write(&path, [0xff]).unwrap();
        assert!(read_text(&path, 4).is_err(), "no text");
    }
}
