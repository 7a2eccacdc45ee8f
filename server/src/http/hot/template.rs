//! A page with holes where something is one visitor's own.

use std::ops::Range;

/// What differs between two strangers' pages, as it stands in the markup: letters, digits, `-` and `_`, which no place of it
/// writes in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) user: String,
    pub(super) draft: String,
    pub(super) nonce: String,
}

impl Own {
    fn all(&self) -> [&str; 3] {
        [&self.user, &self.draft, &self.nonce]
    }

    /// Where the first of them stands in a text, and which it is.
    fn first_in(&self, text: &str) -> Option<(Range<usize>, usize)> {
        let places = self.all().into_iter().enumerate();
        let found = places.filter_map(|(which, own)| text.find(own).map(|at| (at..at + own.len(), which)));
        found.min_by_key(|(place, _)| place.start)
    }
}

/// A page without what is anybody's own.
#[derive(Debug)]
pub(super) struct Template {
    text: String,
    /// Before which byte which of a visitor's own stands; from first to last.
    holes: Vec<(usize, usize)>,
}

impl Template {
    /// Takes out of a page what was its visitor's own.
    pub(super) fn of(page: &str, own: &Own) -> Self {
        let (mut text, mut holes, mut rest) = (String::with_capacity(page.len()), Vec::new(), page);
        while let Some((place, which)) = own.first_in(rest) {
            text.push_str(&rest[..place.start]);
            holes.push((text.len(), which));
            rest = &rest[place.end..];
        }
        text.push_str(rest);
        Self { text, holes }
    }

    /// Whether it says something of a person.
    pub(super) fn speaks_of(&self, user: &str) -> bool {
        self.text.contains(user)
    }

    /// The page of another visitor.
    pub(super) fn page(&self, own: &Own) -> String {
        let all = own.all();
        let mut page = String::with_capacity(self.text.len() + 64 * self.holes.len());
        let mut from = 0;
        for &(at, which) in &self.holes {
            page.push_str(&self.text[from..at]);
            page.push_str(all[which]);
            from = at;
        }
        page.push_str(&self.text[from..]);
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(user: &str, draft: &str, nonce: &str) -> Own {
        Own { user: user.to_owned(), draft: draft.to_owned(), nonce: nonce.to_owned() }
    }

    #[test]
    fn a_page_is_another_visitors_but_for_what_is_their_own() {
        let (ann, bob) = (own("ann", "d1", "n-1"), own("robert", "d2", "n-2"));
        for page in ["", "nothing", "ann", "ann,d1,n-1", "<n-1>ann ann d1</n-1>é", "d1d1ann"] {
            let template = Template::of(page, &ann);
            assert_eq!(template.page(&ann), page);
            let bobs = page.replace("ann", "robert").replace("d1", "d2").replace("n-1", "n-2");
            assert_eq!(template.page(&bob), bobs);
            assert!(!template.speaks_of("ann"));
        }
        assert!(Template::of("by robert for ann", &ann).speaks_of("robert"));
    }
}
