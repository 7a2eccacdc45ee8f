//! Fields with flat values, from a query or from JSON, as serde reads them.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer, MapAccess, Unexpected, Visitor, value::StringDeserializer,
    },
    forward_to_deserialize_any,
};

use super::field_error::FieldError;

/// Fields in the order in which they came. One that comes twice stands here twice.
pub(super) struct Fields(pub(super) Vec<(String, Value)>);

/// A field's value.
pub(super) enum Value {
    /// Of a query: a number is written as text there.
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
                    fields.push((name, Value::Json(value)));
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
        visitor.visit_map(Access { fields: self.0.into_iter(), value: None, known })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Access {
    fields: std::vec::IntoIter<(String, Value)>,
    value: Option<(String, Value)>,
    known: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Access {
    type Error = FieldError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, FieldError> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        let (name, _) = &*self.value.insert((name, value));
        let key: StringDeserializer<FieldError> = name.clone().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, FieldError> {
        let (name, value) = self.value.take().ok_or(FieldError::Unknown)?;
        seed.deserialize(value).map_err(|fault| fault.of(&name, self.known))
    }
}

impl Value {
    /// A number's digits in a query are a number.
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        let Self::Text(text) = &self else { return self.deserialize_any(visitor) };
        match text.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => Err(FieldError::invalid_value(Unexpected::Str(text), &visitor)),
        }
    }
}

impl<'de> Deserializer<'de> for Value {
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

    /// Nobody reads the value: the request has no such field.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, FieldError> {
        Err(FieldError::Unknown)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier
    }
}
