//! Counts the DOM nodes of a page's body and writes the count into the page.
//!
//! The browser counts again before hydration: proxies and translators add or drop nodes, and hydration would then bind event handlers to
//! the wrong nodes.

use app::NODES_MARK;

/// Replaces [`NODES_MARK`] by the number of nodes in the page's body; the start script reads it there.
pub(super) fn insert(page: &str) -> String {
    let body = page.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let count = body.map_or(0, |(body, _)| count_nodes(body));
    page.replacen(NODES_MARK, &count.to_string(), 1)
}

/// Counts elements, comments and text nodes. This is no HTML parser: it relies on the well-formed markup of our own renderer, whose
/// body holds no raw text such as scripts.
fn count_nodes(mut markup: &str) -> usize {
    let mut count = 0;
    while let Some(text) = markup.find('<') {
        let tag = &markup[text..];
        let is_end_tag = tag.starts_with("</");
        count += usize::from(text > 0) + usize::from(!is_end_tag);
        markup = &tag[tag_length(tag)..];
    }
    count + usize::from(!markup.is_empty())
}

/// The length of the tag or comment at the beginning of `tag`, in bytes.
fn tag_length(tag: &str) -> usize {
    if tag.starts_with("<!--") {
        return tag.find("-->").map_or(tag.len(), |at| at + 3);
    }
    // A quoted attribute value may contain `>`.
    let mut in_quotes = false;
    let end = tag.bytes().position(|byte| {
        in_quotes ^= byte == b'"';
        byte == b'>' && !in_quotes
    });
    end.map_or(tag.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{count_nodes, insert};

    #[test]
    fn elements_comments_and_texts_are_counted() {
        for (markup, count) in [
            ("", 0),
            ("text", 1),
            ("<p>text</p>", 2),
            ("<p>a<!>b</p> ", 5),
            ("<!--<() />--><main></main>", 2),
            (r#"<a title="a > b" href="/">c</a><br>"#, 3),
            ("<p>it's <b>bold</b>, isn't it</p>", 5),
        ] {
            assert_eq!(count_nodes(markup), count, "{markup}");
        }
    }

    #[test]
    fn the_count_of_the_body_is_written_into_the_page() {
        let page = format!("<head>{}</head><body><p>a</p></body></html><script></script>", app::NODES_MARK);
        assert!(insert(&page).starts_with("<head>2</head><body>"));
    }
}
