//! A small JSON decoder for the browser: it parses text into `serde_json::Value` and reads the fields from that.
//!
//! The server decodes with serde. Its derived code for tagged and flattened types would be a sixth of what a browser has to
//! load before the chat is live. `tests/wire` checks that both decoders agree. A list, `bool` or `Option` that is absent
//! becomes empty, `false` or `None`.

mod draft;
mod event;
mod frame;
mod page;

#[cfg(feature = "hydrate")]
pub(crate) use page::set_other_page_reader;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    i18n::Language,
    protocol::{ConnectionId, DraftId, Emoji, Epoch, Name, ServerFrame, Timestamp, TopicName, UserId},
};

/// Decoding from JSON. Returns `None` when the value does not have the expected form.
pub(crate) trait FromJson: Sized {
    fn from_json(json: &Value) -> Option<Self>;
}

/// Decodes a JSON text.
pub(crate) fn parse<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(&parse_value(text)?)
}

/// Decodes a frame. Returns `None` when it is malformed.
pub fn parse_frame(text: &str) -> Option<ServerFrame> {
    parse(text)
}

pub(crate) fn parse_value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Implements `FromJson` for structs. Fields have the names of the JSON fields, or `field as "name"`.
macro_rules! impl_from_json {
    ($($name:ident { $($field:ident $(as $key:literal)?),* $(,)? })*) => {$(
        impl $crate::json_lite::FromJson for $name {
            fn from_json(json: &serde_json::Value) -> Option<Self> {
                Some($crate::json_lite::from_fields!(json, Self { $($field $(as $key)?),* }))
            }
        }
    )*};
}
pub(crate) use impl_from_json;

/// Builds a struct or a variant of the fields of a JSON object.
macro_rules! from_fields {
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
    ($json:ident, $($name:ident)::+ { $($field:ident $(as $key:literal)?),* }) => {
        $($name)::+ { $($field: $crate::json_lite::FromJson::from_json(&$json[$crate::json_lite::from_fields!(@key $field $($key)?)])?),* }
    };
}
pub(crate) use from_fields;

/// Implements `FromJson` for enums whose variants are strings; `_ = Variant` takes unknown ones.
macro_rules! impl_enum_from_json {
    ($($name:ident { $($word:literal = $variant:ident),* $(, _ = $other:ident)? $(,)? })*) => {$(
        impl $crate::json_lite::FromJson for $name {
            fn from_json(json: &serde_json::Value) -> Option<Self> {
                match json.as_str()? {
                    $($word => Some(Self::$variant),)*
                    _ => $crate::json_lite::impl_enum_from_json!(@other $($other)?),
                }
            }
        }
    )*};
    (@other $other:ident) => { Some(Self::$other) };
    (@other) => { None };
}
pub(crate) use impl_enum_from_json;

impl FromJson for u64 {
    fn from_json(json: &Value) -> Option<Self> {
        json.as_u64()
    }
}

impl FromJson for usize {
    fn from_json(json: &Value) -> Option<Self> {
        json.as_u64()?.try_into().ok()
    }
}

impl FromJson for bool {
    fn from_json(json: &Value) -> Option<Self> {
        if json.is_null() { Some(false) } else { json.as_bool() }
    }
}

impl FromJson for String {
    fn from_json(json: &Value) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Value) -> Option<Self> {
        if json.is_null() { Some(None) } else { T::from_json(json).map(Some) }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Value) -> Option<Self> {
        match json {
            Value::Null => Some(Vec::new()),
            Value::Array(all) => all.iter().map(T::from_json).collect(),
            _ => None,
        }
    }
}

impl FromJson for Uuid {
    fn from_json(json: &Value) -> Option<Self> {
        Self::try_parse(json.as_str()?).ok()
    }
}

macro_rules! impl_newtype_from_json {
    ($($name:ident)*) => {$(
        impl FromJson for $name {
            fn from_json(json: &Value) -> Option<Self> {
                FromJson::from_json(json).map(Self)
            }
        }
    )*};
}

impl_newtype_from_json! { ConnectionId DraftId UserId Epoch Timestamp }

macro_rules! impl_checked_from_json {
    ($($name:ident)*) => {$(
        impl FromJson for $name {
            fn from_json(json: &Value) -> Option<Self> {
                String::from_json(json)?.try_into().ok()
            }
        }
    )*};
}

impl_checked_from_json! { TopicName Name Emoji }

impl FromJson for Language {
    fn from_json(json: &Value) -> Option<Self> {
        Self::of_tag(json.as_str()?)
    }
}
