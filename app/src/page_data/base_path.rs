//! The path below which a server is reached.

use std::{
    fmt::{self, Arguments},
    sync::Arc,
};

/// The longest path in bytes: every link of a page repeats it.
pub const MAX_BASE_PATH_BYTES: usize = 64;

/// The path below which a server is reached, without the slash at its end: empty, or as `/chat`. It consists of characters that no
/// markup, script, header or cookie has to escape. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct BasePath(Arc<str>);

impl BasePath {
    /// Parses a path. Slashes at its end do not count. Returns `None` for one with an empty segment, with `.` or `..`, with other
    /// characters than ASCII letters, digits, `-`, `.`, `_` and `~`, or of more than [`MAX_BASE_PATH_BYTES`].
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_part);
        let is_valid = path.is_empty() || path.strip_prefix('/')?.split('/').all(is_segment);
        (is_valid && path.len() <= MAX_BASE_PATH_BYTES).then(|| Self(path.into()))
    }

    /// Whether the server has its origin for itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address of a path of the server, which begins with a slash.
    pub fn address(&self, path: Arguments<'_>) -> String {
        format!("{self}{path}")
    }

    /// Returns the path of the server that has this address, or `None` outside of the base path.
    pub fn strip<'a>(&self, address: &'a str) -> Option<&'a str> {
        address.strip_prefix(self.as_str()).filter(|path| path.starts_with('/'))
    }

    /// Returns the name of a cookie. Two servers of one origin have different names, since a browser sends the cookies of `/` to all.
    pub fn cookie_name(&self, name: &str) -> String {
        format!("{name}{}", self.0.replace('/', "_"))
    }
}

impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_has_plain_segments() {
        let longest = format!("/{}", "x".repeat(MAX_BASE_PATH_BYTES - 1));
        for (text, path) in [
            ("", ""),
            ("/", ""),
            ("/chat", "/chat"),
            ("/chat//", "/chat"),
            ("/a/B-2_~.c/", "/a/B-2_~.c"),
            (longest.as_str(), longest.as_str()),
        ] {
            assert_eq!(BasePath::parse(text).unwrap().as_str(), path, "{text}");
        }
        for text in
            ["chat", "//chat", "/a//b", "/..", "/a/./b", "/a b", "/%41", "/a?b", "/a#b", "/é", "/a'", "/a;b"]
        {
            assert_eq!(BasePath::parse(text), None, "{text}");
        }
        assert_eq!(BasePath::parse(&format!("{longest}x")), None);
    }

    #[test]
    fn an_address_survives_formatting_and_stripping() {
        for base in ["", "/chat", "/a/b"] {
            let base = BasePath::parse(base).unwrap();
            for path in ["/", "/t/lobby?before=3"] {
                assert_eq!(base.strip(&base.address(format_args!("{path}"))), Some(path), "{base}");
            }
        }
        let base = BasePath::parse("/chat").unwrap();
        for address in ["/", "/t/lobby", "/chat", "/chatter/t/lobby", "/Chat/", ""] {
            assert_eq!(base.strip(address), None, "{address:?}");
        }
    }

    #[test]
    fn each_base_path_has_cookies_of_its_own() {
        for (base, name) in [("", "lang"), ("/chat", "lang_chat"), ("/a/b", "lang_a_b")] {
            assert_eq!(BasePath::parse(base).unwrap().cookie_name("lang"), name);
        }
    }
}
