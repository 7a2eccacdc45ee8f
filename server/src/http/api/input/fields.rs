//! A serde deserializer for the flat fields of a query or a JSON body.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer, MapAccess, Unexpected, Visitor, value::StringDeserializer,
    },
    forward_to_deserialize_any,
};

use crate::field_error::FieldError;

/// Fields in the order of the request. A field that is given twice occurs twice, so that serde reports it.
pub(super) struct Fields(pub(super) Vec<(String, FieldValue)>);

pub(super) enum FieldValue {
    /// From a query, where numbers are text too.
    Text(String),
    Json(serde_json::Value),
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    fields.push((name, FieldValue::Json(value)));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserializer<'de> for Fields {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_map(FieldAccess { fields: self.0.into_iter(), value: None, known })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct FieldAccess {
    fields: std::vec::IntoIter<(String, FieldValue)>,
    value: Option<(String, FieldValue)>,
    known: &'static [&'static str],
}

impl<'de> MapAccess<'de> for FieldAccess {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        let (name, _) = &*self.value.insert((name, value));
        let key: StringDeserializer<FieldError> = name.clone().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let (name, value) = self.value.take().ok_or(FieldError::Unknown)?;
        seed.deserialize(value).map_err(|error| error.of(&name, self.known))
    }
}

impl FieldValue {
    /// Parses a query's text as a number.
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let Self::Text(text) = &self else { return self.deserialize_any(visitor) };
        match text.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => Err(FieldError::invalid_value(Unexpected::Str(text), &visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for FieldValue {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Text(text) | Self::Json(serde_json::Value::String(text)) => visitor.visit_string(text),
            Self::Json(serde_json::Value::Bool(value)) => visitor.visit_bool(value),
            Self::Json(serde_json::Value::Number(number)) => match number.as_u64() {
                Some(number) => visitor.visit_u64(number),
                None => Err(FieldError::invalid_type(Unexpected::Other("number"), &visitor)),
            },
            Self::Json(_) => Err(FieldError::invalid_type(Unexpected::Map, &visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self {
            Self::Json(serde_json::Value::Null) => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.number(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        self.number(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, FieldError> {
        match self {
            Self::Text(text) | Self::Json(serde_json::Value::String(text)) => {
                let variant: StringDeserializer<FieldError> = text.into_deserializer();
                visitor.visit_enum(variant)
            }
            Self::Json(_) => Err(FieldError::unknown_variant("", variants)),
        }
    }

    /// serde ignores the value of an unknown field, which is an error here.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, FieldError> {
        Err(FieldError::Unknown)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier
    }
}
