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
pub(crate) use page::reads_others;

use serde_json::Value;
use uuid::Uuid;

use crate::{
    i18n::Language,
    protocol::{ConnectionId, DraftId, Emoji, Epoch, Name, ServerFrame, Timestamp, TopicName, UserId},
};

/// What can be made of a value; none when it is not of that form.
pub(crate) trait Read: Sized {
    fn read(json: &Value) -> Option<Self>;
}

/// What a text of JSON says.
pub(crate) fn parse<T: Read>(text: &str) -> Option<T> {
    T::read(&tree(text)?)
}

/// A frame; none when it is not understood.
pub fn frame(text: &str) -> Option<ServerFrame> {
    parse(text)
}

pub(crate) fn tree(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A struct whose fields are called as in JSON, or as it says.
macro_rules! reads {
    ($($name:ident { $($field:ident $(as $key:literal)?),* $(,)? })*) => {$(
        impl $crate::json_lite::Read for $name {
            fn read(json: &serde_json::Value) -> Option<Self> {
                Some($crate::json_lite::fields!(json, Self { $($field $(as $key)?),* }))
            }
        }
    )*};
}
pub(crate) use reads;

/// A struct, or an enum's variant, of a value's fields.
macro_rules! fields {
    (@key $field:ident $key:literal) => { $key };
    (@key $field:ident) => { stringify!($field) };
    ($json:ident, $($name:ident)::+ { $($field:ident $(as $key:literal)?),* }) => {
        $($name)::+ { $($field: $crate::json_lite::Read::read(&$json[$crate::json_lite::fields!(@key $field $($key)?)])?),* }
    };
}
pub(crate) use fields;

/// An enum whose variants are words.
macro_rules! words {
    ($($name:ident { $($word:literal = $variant:ident),* $(, _ = $other:ident)? $(,)? })*) => {$(
        impl $crate::json_lite::Read for $name {
            fn read(json: &serde_json::Value) -> Option<Self> {
                match json.as_str()? {
                    $($word => Some(Self::$variant),)*
                    _ => $crate::json_lite::words!(@other $($other)?),
                }
            }
        }
    )*};
    (@other $other:ident) => { Some(Self::$other) };
    (@other) => { None };
}
pub(crate) use words;

impl Read for u64 {
    fn read(json: &Value) -> Option<Self> {
        json.as_u64()
    }
}

impl Read for usize {
    fn read(json: &Value) -> Option<Self> {
        json.as_u64()?.try_into().ok()
    }
}

impl Read for bool {
    fn read(json: &Value) -> Option<Self> {
        if json.is_null() { Some(false) } else { json.as_bool() }
    }
}

impl Read for String {
    fn read(json: &Value) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: &Value) -> Option<Self> {
        if json.is_null() { Some(None) } else { T::read(json).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: &Value) -> Option<Self> {
        match json {
            Value::Null => Some(Vec::new()),
            Value::Array(all) => all.iter().map(T::read).collect(),
            _ => None,
        }
    }
}

impl Read for Uuid {
    fn read(json: &Value) -> Option<Self> {
        Self::try_parse(json.as_str()?).ok()
    }
}

macro_rules! wraps {
    ($($name:ident)*) => {$(
        impl Read for $name {
            fn read(json: &Value) -> Option<Self> {
                Read::read(json).map(Self)
            }
        }
    )*};
}

wraps! { ConnectionId DraftId UserId Epoch Timestamp }

macro_rules! checks {
    ($($name:ident)*) => {$(
        impl Read for $name {
            fn read(json: &Value) -> Option<Self> {
                String::read(json)?.try_into().ok()
            }
        }
    )*};
}

checks! { TopicName Name Emoji }

impl Read for Language {
    fn read(json: &Value) -> Option<Self> {
        Self::of_tag(json.as_str()?)
    }
}
