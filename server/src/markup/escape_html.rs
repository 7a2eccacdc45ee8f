//! Escapes text for HTML.

/// Appends escaped text to `out`.
pub(super) fn escape_html(text: &str, out: &mut String) {
    let mut from = 0;
    for (at, sign) in text.match_indices(['&', '<', '>', '\u{a0}']) {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(match sign {
            "&" => "&amp;",
            "<" => "&lt;",
            ">" => "&gt;",
            _ => "&nbsp;",
        });
        from = at + sign.len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
}
