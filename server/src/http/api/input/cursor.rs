//! The `cursor` field of list requests.

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};

/// A pagination cursor: the `next` of the previous page. It names an item and not an offset, so that no item is repeated or skipped when
/// the list changes between two requests.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct CursorParam<T>(pub(in crate::http::api) T);

impl<T> JsonSchema for CursorParam<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "The `next` of the previous page" })
    }
}

impl<'de, T: FromStr> Deserialize<'de> for CursorParam<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let cursor = text.parse().map(Self);
        cursor.map_err(|_| {
            D::Error::invalid_value(Unexpected::Str(&text), &"the `next` of a previous response")
        })
    }
}
