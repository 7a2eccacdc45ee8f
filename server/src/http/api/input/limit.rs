//! The `limit` field of list requests.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// The largest number of items in a response: `DEFAULT` when absent, and never more than `MAX`. The response contains the limit that was
/// applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http::api) struct Limit<const DEFAULT: u32, const MAX: u32>(u32);

impl<const DEFAULT: u32, const MAX: u32> Limit<DEFAULT, MAX> {
    pub(in crate::http::api) fn get(self) -> u32 {
        self.0
    }
}

impl<const DEFAULT: u32, const MAX: u32> Default for Limit<DEFAULT, MAX> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<const DEFAULT: u32, const MAX: u32> JsonSchema for Limit<DEFAULT, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": 1,
            "default": DEFAULT,
            "description": format!("The largest number of items in the response; more than {MAX} counts as {MAX}"),
        })
    }
}

impl<'de, const DEFAULT: u32, const MAX: u32> Deserialize<'de> for Limit<DEFAULT, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_u64(LimitVisitor::<MAX>).map(Self)
    }
}

struct LimitVisitor<const MAX: u32>;

impl<const MAX: u32> Visitor<'_> for LimitVisitor<MAX> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from 1 to {MAX}")
    }

    /// A larger number is no error, for older clients.
    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        Ok(u32::try_from(number).unwrap_or(MAX).clamp(1, MAX))
    }
}
