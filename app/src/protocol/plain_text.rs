//! The text of a message's HTML, for places that show no markup: quotes, snippets, feeds, notifications.

/// Elements that start a new line.
const BLOCKS: [&str; 12] = ["p", "h3", "h4", "h5", "hr", "ul", "ol", "li", "blockquote", "pre", "div", "tr"];
/// Elements with a space between them.
const CELLS: [&str; 2] = ["th", "td"];

/// Returns the visible text of the server's HTML: with line breaks, without markup.
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((words, after)) = rest.split_once('<') {
        unescape(words, &mut text);
        let (tag, after) = after.split_once('>').unwrap_or_default();
        part(tag, &mut text);
        rest = after;
    }
    unescape(rest, &mut text);
    text.truncate(text.trim_end().len());
    text
}

/// Appends the white space by which plain text replaces a tag: a line break, a space, or nothing.
fn part(tag: &str, text: &mut String) {
    let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
    let is_begun = !text.is_empty() && !text.ends_with('\n');
    match name {
        "br" => text.push('\n'),
        name if BLOCKS.contains(&name) && is_begun => text.push('\n'),
        name if CELLS.contains(&name) && is_begun && !tag.starts_with('/') => text.push(' '),
        _ => {}
    }
}

fn unescape(words: &str, text: &mut String) {
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let signs = [("lt;", '<'), ("gt;", '>'), ("amp;", '&'), ("nbsp;", '\u{a0}'), ("quot;", '"')];
        let sign = signs.iter().find_map(|(name, sign)| Some((after.strip_prefix(name)?, *sign)));
        let (after, sign) = sign.unwrap_or((after, '&'));
        text.push(sign);
        rest = after;
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_text_stays_and_markup_goes() {
        for (html, text) in [
            (
                "<p dir=\"auto\">a <em>b</em><br>&lt;c&gt; &amp;amp;</p><p dir=\"auto\">d</p>",
                "a b\n<c> &amp;\nd",
            ),
            ("<ul dir=\"auto\"><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "a\nb\nc"),
            ("<pre dir=\"ltr\"><code>a\n  b</code></pre><hr><p>c</p>", "a\n  b\nc"),
            (
                "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
                "a b\n1",
            ),
            ("&a &", "&a &"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }
}
