//! Protection against open redirects.

/// Returns `next` if it is a path of this server, or else `/`.
pub(super) fn local_path(next: &str) -> &str {
    // Browsers read `//host` and `/\host` as addresses of other hosts, and drop line feeds and tabs.
    let is_local =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if is_local && next.is_ascii() { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn addresses_of_other_hosts_become_the_root() {
        assert_eq!(local_path("/t/lobby?before=3"), "/t/lobby?before=3");
        for next in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nx: y", "/\t/evil"]
        {
            assert_eq!(local_path(next), "/", "{next:?}");
        }
    }
}
