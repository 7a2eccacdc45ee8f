//! A document with places that a command writes. Nothing in them is typed by hand.
//!
//! ```text
//! <!-- make benchmarks: growth -->
//! …
//! <!-- end -->
//! ```

/// Puts `text` into the place of this name; none when the document has no such place.
pub fn put(document: &str, place: &str, text: &str) -> Option<String> {
    let mark = format!("<!-- make benchmarks: {place} -->\n");
    let begin = document.find(&mark)? + mark.len();
    let end = begin + document[begin..].find("<!-- end -->")?;
    Some(format!("{}\n{}\n\n{}", &document[..begin], text.trim(), &document[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "# A\n<!-- make benchmarks: a -->\nold\n<!-- end -->\nkept\n<!-- make benchmarks: b -->\n<!-- end -->\n";

    #[test]
    fn a_place_is_written_and_the_rest_is_kept() {
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
    fn a_place_that_is_not_there_is_none() {
        assert_eq!(put(DOCUMENT, "c", "new"), None);
    }
}
