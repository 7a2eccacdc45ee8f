//! Where a list goes on.

use std::{borrow::Cow, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};

/// Where a list goes on: the `next` of the answer before, which names an item and no number of items, so that nothing is
/// repeated or left out when others come and go meanwhile.
#[derive(Debug, Clone)]
pub(in crate::http::api) struct Cursor<T>(pub(in crate::http::api) T);

impl<T> JsonSchema for Cursor<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "Where the list goes on: the `next` of an answer before" })
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Cursor<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let cursor = text.parse().map(Self);
        cursor.map_err(|_| D::Error::invalid_value(Unexpected::Str(&text), &"the `next` of an answer before"))
    }
}
