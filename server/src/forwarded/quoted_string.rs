//! Quoted strings of HTTP (RFC 9110, section 5.6.4).

/// Returns the content of a token or a quoted string.
pub(super) fn unquote(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else {
        return (!text.contains(['"', '\\'])).then(|| text.to_owned());
    };
    let mut content = String::new();
    let mut characters = quoted.strip_suffix('"')?.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => content.push(characters.next()?),
            character => content.push(character),
        }
    }
    Some(content)
}
