//! How many nodes a page's markup is. A browser counts them before it takes the markup over: proxies and translators add some and drop
//! others, and what is taken for something else answers to nobody.

use app::NODES_MARK;

/// Writes into a page how many nodes its body has, for its start script.
pub(super) fn told(page: &str) -> String {
    let body = page.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let count = body.map_or(0, |(body, _)| nodes(body));
    page.replacen(NODES_MARK, &count.to_string(), 1)
}

/// Elements, comments and texts of markup that we wrote: well-formed, and without anything that is no markup inside.
fn nodes(mut markup: &str) -> usize {
    let mut count = 0;
    while let Some(text) = markup.find('<') {
        let tag = &markup[text..];
        let (end, is_end_tag) = (end_of(tag), tag.starts_with("</"));
        count += usize::from(text > 0) + usize::from(!is_end_tag);
        markup = &tag[end..];
    }
    count + usize::from(!markup.is_empty())
}

/// Where a tag or a comment ends, in bytes. A quoted value of an attribute may hold any sign.
fn end_of(tag: &str) -> usize {
    if tag.starts_with("<!--") {
        return tag.find("-->").map_or(tag.len(), |at| at + 3);
    }
    let mut quoted = false;
    let end = tag.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b'>' && !quoted
    });
    end.map_or(tag.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{nodes, told};

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
            assert_eq!(nodes(markup), count, "{markup}");
        }
    }

    #[test]
    fn a_page_is_told_how_many_its_body_has() {
        let page = format!("<head>{}</head><body><p>a</p></body></html><script></script>", app::NODES_MARK);
        assert!(told(&page).starts_with("<head>2</head><body>"));
    }
}
