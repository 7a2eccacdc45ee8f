/// A path of ours, never an address elsewhere.
pub(super) fn local_path(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if local && next.is_ascii() { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn one_is_never_sent_elsewhere() {
        assert_eq!(local_path("/t/lobby?before=3"), "/t/lobby?before=3");
        for next in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nx: y", "/\t/evil"]
        {
            assert_eq!(local_path(next), "/", "{next:?}");
        }
    }
}
