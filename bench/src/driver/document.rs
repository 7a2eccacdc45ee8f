//! Replaces generated sections of a document.
//!
//! ```text
//! <!-- make benchmarks: growth -->
//! …
//! <!-- end -->
//! ```

/// Replaces the section of this name by `text`. Returns `None` if the document has no such section.
pub fn put(document: &str, section: &str, text: &str) -> Option<String> {
    let mark = format!("<!-- make benchmarks: {section} -->\n");
    let begin = document.find(&mark)? + mark.len();
    let end = begin + document[begin..].find("<!-- end -->")?;
    Some(format!("{}\n{}\n\n{}", &document[..begin], text.trim(), &document[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# A\n<!-- make benchmarks: a -->\nold\n<!-- end -->\nkept\n<!-- make benchmarks: b -->\n<!-- end -->\n";

    #[test]
    fn a_section_is_replaced_and_the_rest_is_kept() {
        let once = put(DOCUMENT, "a", "new\n").unwrap();
        assert_eq!(once, DOCUMENT.replace("old\n", "\nnew\n\n"));
        assert_eq!(put(&once, "a", "new").unwrap(), once);
        assert!(
            put(&once, "b", "more")
                .unwrap()
                .ends_with("kept\n<!-- make benchmarks: b -->\n\nmore\n\n<!-- end -->\n")
        );
    }

    #[test]
    fn a_missing_section_is_none() {
        assert_eq!(put(DOCUMENT, "c", "new"), None);
    }
}
