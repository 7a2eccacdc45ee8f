/// The sections of the sidebar that are closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ClosedSections {
    pub(crate) favourites: bool,
    pub(crate) topics: bool,
}

impl ClosedSections {
    /// The values of the cookie. There is none while both sections are open.
    pub(crate) const VALUES: [&str; 3] = ["favourites", "topics", "both"];

    /// Takes the value of the cookie; of any other text, both sections are open.
    pub(crate) fn parse(value: &str) -> Self {
        Self {
            favourites: matches!(value, "favourites" | "both"),
            topics: matches!(value, "topics" | "both"),
        }
    }

    /// The value of the cookie; empty if both sections are open.
    pub(crate) fn value(self) -> &'static str {
        match (self.favourites, self.topics) {
            (false, false) => "",
            (true, false) => "favourites",
            (false, true) => "topics",
            (true, true) => "both",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_that_of_the_sections_that_it_closes() {
        for value in ClosedSections::VALUES.into_iter().chain([""]) {
            assert_eq!(ClosedSections::parse(value).value(), value);
        }
        assert!(ClosedSections::parse("favourites").favourites);
        assert_eq!(ClosedSections::parse("Both"), ClosedSections::default());
    }
}
