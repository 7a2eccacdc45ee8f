//! A page with placeholders for the values that belong to one viewer.

use std::ops::Range;

/// No value is longer; a UUID has 36 bytes.
const MAX_VALUE_BYTES: usize = 64;

/// The values that differ between the pages of two anonymous viewers. They consist of letters, digits, `-` and `_` only, which are
/// never escaped in markup, so that a text search finds each occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ViewerValues {
    pub(super) user: String,
    pub(super) draft: String,
    pub(super) nonce: String,
}

impl ViewerValues {
    fn all(&self) -> [&str; 3] {
        [&self.user, &self.draft, &self.nonce]
    }

    /// Returns the first occurrence of any value in `text`: its byte range, and the value's index in [`Self::all`].
    fn first_in(&self, text: &str) -> Option<(Range<usize>, usize)> {
        let values = self.all().into_iter().enumerate();
        let found =
            values.filter_map(|(index, value)| text.find(value).map(|at| (at..at + value.len(), index)));
        found.min_by_key(|(range, _)| range.start)
    }
}

/// A page whose viewer values are taken out.
#[derive(Debug)]
pub(super) struct Template {
    text: String,
    /// In the order of their offsets.
    placeholders: Vec<Placeholder>,
}

/// A place in the text where a viewer's value is inserted.
#[derive(Debug)]
struct Placeholder {
    /// In bytes.
    offset: usize,
    /// The value's index in [`ViewerValues::all`].
    value: usize,
}

impl Template {
    /// Takes all occurrences of the viewer's values out of a page.
    pub(super) fn new(page: &str, viewer: &ViewerValues) -> Self {
        let mut text = String::with_capacity(page.len());
        let mut placeholders = Vec::new();
        let mut rest = page;
        while let Some((range, value)) = viewer.first_in(rest) {
            text.push_str(&rest[..range.start]);
            placeholders.push(Placeholder { offset: text.len(), value });
            rest = &rest[range.end..];
        }
        text.push_str(rest);
        Self { text, placeholders }
    }

    /// Whether the page contains a person's id.
    pub(super) fn contains_user(&self, user: &str) -> bool {
        self.text.contains(user)
    }

    /// Renders the page for another viewer.
    pub(super) fn fill(&self, viewer: &ViewerValues) -> String {
        let values = viewer.all();
        let mut page = String::with_capacity(self.text.len() + MAX_VALUE_BYTES * self.placeholders.len());
        let mut from = 0;
        for &Placeholder { offset, value } in &self.placeholders {
            page.push_str(&self.text[from..offset]);
            page.push_str(values[value]);
            from = offset;
        }
        page.push_str(&self.text[from..]);
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(user: &str, draft: &str, nonce: &str) -> ViewerValues {
        ViewerValues { user: user.to_owned(), draft: draft.to_owned(), nonce: nonce.to_owned() }
    }

    #[test]
    fn a_template_filled_for_another_viewer_differs_only_in_their_values() {
        let ann = viewer("ann", "d1", "n-1");
        let bob = viewer("robert", "d2", "n-2");
        for page in ["", "nothing", "ann", "ann,d1,n-1", "<n-1>ann ann d1</n-1>é", "d1d1ann"] {
            let template = Template::new(page, &ann);
            assert_eq!(template.fill(&ann), page);
            let bobs = page.replace("ann", "robert").replace("d1", "d2").replace("n-1", "n-2");
            assert_eq!(template.fill(&bob), bobs);
            assert!(!template.contains_user("ann"));
        }
        assert!(Template::new("by robert for ann", &ann).contains_user("robert"));
    }
}
