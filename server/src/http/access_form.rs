//! The fields of the form for the access secret.

use app::page_data::UnsentForm;
use serde::Deserialize;

use super::new_topic_form::draft_of;

/// The fields of the form for the access secret.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AccessForm {
    pub(super) secret: String,
    #[serde(default)]
    /// The path to go to afterwards.
    pub(super) next: String,
    // A form that was posted without the secret travels along in these.
    #[serde(default)]
    draft: String,
    #[serde(default)]
    name: String,
    /// The topic of a message; empty for a new topic.
    #[serde(default)]
    topic: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

impl AccessForm {
    /// Returns the form that travels along.
    pub(super) fn unsent(&self) -> Option<UnsentForm> {
        let Self { draft, name, topic, message, title, description, .. } = self.clone();
        if let Ok(topic) = topic.parse() {
            return Some(UnsentForm::Message { topic, draft, name, message });
        }
        let is_blank = [&title, &name, &description].iter().all(|text| text.is_empty());
        (!is_blank).then(|| UnsentForm::Topic { draft: draft_of(&draft), title, name, description })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsent(fields: serde_json::Value) -> Option<UnsentForm> {
        serde_json::from_value::<AccessForm>(fields).unwrap().unsent()
    }

    #[test]
    fn a_new_topic_is_kept_even_without_a_valid_draft() {
        let kept = unsent(serde_json::json!({ "secret": "", "draft": "no draft", "title": "Tea" }));
        let Some(UnsentForm::Topic { title, .. }) = kept else { panic!("{kept:?}") };
        assert_eq!(title, "Tea");
        assert!(unsent(serde_json::json!({ "secret": "", "next": "/t/tea" })).is_none());
    }
}
