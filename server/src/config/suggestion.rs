//! Names that are not settings, and the settings that were most likely meant.

use std::fmt::{Display, Formatter};

use strsim::osa_distance;

/// The largest edit distance at which a setting is suggested.
const MAX_EDIT_DISTANCE: usize = 3;

/// A name that is not a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UnknownName {
    name: String,
    nearest: Option<String>,
}

impl UnknownName {
    pub(super) fn new(name: String, known: &[String]) -> Self {
        let distance = |other: &&String| osa_distance(&name, other);
        let nearest = known.iter().min_by_key(distance).filter(|other| distance(other) <= MAX_EDIT_DISTANCE);
        Self { nearest: nearest.cloned(), name }
    }

    /// Returns the names and suggestions in one line, in the order of the names.
    pub(super) fn list(mut names: Vec<Self>) -> String {
        names.sort_by(|a, b| a.name.cmp(&b.name));
        names.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Display for UnknownName {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match &self.nearest {
            Some(nearest) => write!(f, "{} (did you mean {nearest}?)", self.name),
            None => f.write_str(&self.name),
        }
    }
}
