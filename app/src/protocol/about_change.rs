//! A change of a topic's title and description.

use serde::{Deserialize, Serialize};

use super::{About, TextError};

/// A new title, a new description, or both. A field that is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Raw", into = "Raw")]
pub struct AboutChange {
    /// The new texts; a field that is left out is empty here.
    pub about: About,
    /// The fields that are given.
    pub part: AboutFields,
}

/// The fields that a change contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AboutFields {
    /// Title and description.
    Both,
    /// The title only.
    Title,
    /// The description only.
    Description,
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Raw {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl AboutChange {
    /// Parses the given fields; returns `None` when there are none.
    pub fn parse(title: Option<&str>, description: Option<&str>) -> Result<Option<Self>, TextError> {
        let part = match (title, description) {
            (Some(_), Some(_)) => AboutFields::Both,
            (Some(_), None) => AboutFields::Title,
            (None, Some(_)) => AboutFields::Description,
            (None, None) => return Ok(None),
        };
        let about = About::parse(title.unwrap_or_default(), description.unwrap_or_default())?;
        Ok(Some(Self { about, part }))
    }

    /// Returns the change from one to the other; `None` when they are equal.
    pub fn between(before: &About, after: &About) -> Option<Self> {
        let title = Some(after.title()).filter(|title| *title != before.title());
        let description = Some(after.description()).filter(|text| *text != before.description());
        // Texts that were parsed once parse again.
        Self::parse(title, description).ok().flatten()
    }
}

impl AboutFields {
    /// Returns title and description after a change of these fields.
    pub fn apply(self, change: &About, now: &About) -> About {
        let (title, description) = match self {
            Self::Both => return change.clone(),
            Self::Title => (change.title(), now.description()),
            Self::Description => (now.title(), change.description()),
        };
        About::parse(title, description).unwrap_or_else(|_| change.clone())
    }
}

/// A change of both fields.
impl From<About> for AboutChange {
    fn from(about: About) -> Self {
        Self { about, part: AboutFields::Both }
    }
}

impl TryFrom<Raw> for AboutChange {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let change = Self::parse(raw.title.as_deref(), raw.description.as_deref());
        change
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "it gives neither title nor description".into())
    }
}

impl From<AboutChange> for Raw {
    fn from(AboutChange { about, part }: AboutChange) -> Self {
        let title = (part != AboutFields::Description).then(|| about.title().to_owned());
        let description = (part != AboutFields::Title).then(|| about.description().to_owned());
        Self { title, description }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_contains_only_fields_that_differ() {
        let about = |title, description| About::parse(title, description).unwrap();
        let before = about("Tea", "Green");
        for (after, json) in [
            (about("Coffee", "Green"), r#"{"title":"Coffee"}"#),
            (about("Tea", ""), r#"{"description":""}"#),
            (about("", "Black"), r#"{"title":"","description":"Black"}"#),
        ] {
            let change = AboutChange::between(&before, &after).unwrap();
            assert_eq!(serde_json::to_string(&change).unwrap(), json);
            assert_eq!(serde_json::from_str::<AboutChange>(json).unwrap(), change);
            assert_eq!(change.part.apply(&change.about, &before), after);
        }
        assert_eq!(AboutChange::between(&before, &before), None);
        assert!(serde_json::from_str::<AboutChange>("{}").is_err());
    }
}
