//! What a page is told, read the short way: text to a tree of values, and from there field by field.
//!
//! The server reads with serde, whose code for tagged and flattened types would be a sixth of what a browser has to load before one
//! can chat. What stands here reads the same; `tests/wire` holds both against each other. A list, a mark or an option that
//! is left out is empty, unset or none.

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

/// What can be made of a value; none when it is not of that form.
pub(crate) trait FromJson: Sized {
    fn from_json(json: &Value) -> Option<Self>;
}

/// What a text of JSON says.
pub(crate) fn parse<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(&parse_value(text)?)
}

/// A frame; none when it is not understood.
pub fn parse_frame(text: &str) -> Option<ServerFrame> {
    parse(text)
}

pub(crate) fn parse_value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A struct whose fields are called as in JSON, or as it says.
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

/// A struct, or an enum's variant, of a value's fields.
macro_rules! from_fields {
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
    ($json:ident, $($name:ident)::+ { $($field:ident $(as $key:literal)?),* }) => {
        $($name)::+ { $($field: $crate::json_lite::FromJson::from_json(&$json[$crate::json_lite::from_fields!(@key $field $($key)?)])?),* }
    };
}
pub(crate) use from_fields;

/// An enum whose variants are words.
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
