//! Explains frames that cannot be decoded, in the words of the API's errors.

use std::fmt::{self, Formatter};

use app::protocol::ClientFrame;
use serde::{
    Deserialize, Deserializer,
    de::{
        IgnoredAny, IntoDeserializer, MapAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use crate::field_error::FieldError;

const NO_OBJECT: &str = "the frame is not a JSON object";

/// The start of serde's message for a `history` frame without a range, the only enum whose variants are fields of a frame.
const NO_RANGE: &str = "no variant of enum";

/// More fields than any frame has. A frame that is full of unknown ones is only counted: its error costs no more than the frame.
const MAX_EXPLAINED_FIELDS: usize = 16;

/// Returns what is wrong with a frame of a known type.
pub(super) fn explain(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(FieldCount(count)) if count > MAX_EXPLAINED_FIELDS => {
            return "a field is wrong or missing, and the frame has too many fields to say which".to_owned();
        }
        Ok(_) => {}
        Err(_) => return NO_OBJECT.to_owned(),
    }
    let Ok(Value::Object(frame)) = serde_json::from_str(text) else { return NO_OBJECT.to_owned() };
    match decode(frame.clone()) {
        // The last of several equal fields counts here, and all of them for the typed decoder.
        Ok(()) => "a field is given twice".to_owned(),
        Err(error) => explain_error(&frame, error).to_string(),
    }
}

/// Adds the field's name to an error. The error of a tagged enum does not name the field, so each is decoded alone, and then each left out.
fn explain_error(frame: &Map<String, Value>, error: FieldError) -> FieldError {
    let Some(kind) = frame.get(TYPE) else { return error };
    let with = |field: Option<(&String, &Value)>| {
        let fields = [(TYPE.to_owned(), kind.clone())].into_iter();
        decode(fields.chain(field.map(|(name, value)| (name.clone(), value.clone()))).collect())
    };
    let without = |name: &str| {
        decode(
            frame
                .iter()
                .filter(|(other, _)| *other != name)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    };
    // Flattened fields are decoded last, so a required field that is left out says nothing about them.
    let is_fixed_without = |name: &str| match without(name) {
        Err(FieldError::Missing(_)) => false,
        other => other.err().as_ref() != Some(&error),
    };
    let missing = with(None).err();
    let is_wrong_alone = |error: &FieldError, value: &Value| match error {
        // The fields of a position can be missing, too.
        FieldError::Missing(_) => value.is_object() && missing.as_ref() != Some(error),
        _ => true,
    };
    let fields = || frame.iter().filter(|(name, _)| *name != TYPE);
    let alone = fields().find_map(|(name, value)| {
        let error = with(Some((name, value))).err().filter(|error| is_wrong_alone(error, value))?;
        Some(error.of(name, &[]))
    });
    match (alone, &error) {
        (Some(named), _) => named,
        (None, FieldError::Missing(_)) => error,
        (None, FieldError::Invalid(message)) if message.starts_with(NO_RANGE) => {
            FieldError::Complete("one of `before`, `after`, `around` is missing".to_owned())
        }
        (None, _) => match fields().find(|(name, _)| is_fixed_without(name)) {
            Some((name, _)) => error.of(name, &[]),
            None => error,
        },
    }
}

/// The field with the type of a frame.
const TYPE: &str = "type";

fn decode(frame: Map<String, Value>) -> Result<(), FieldError> {
    ClientFrame::deserialize(Json(Value::Object(frame))).map(drop)
}

/// The number of fields of an object.
struct FieldCount(usize);

impl<'de> Deserialize<'de> for FieldCount {
    fn deserialize<D: Deserializer<'de>>(object: D) -> Result<Self, D::Error> {
        object.deserialize_map(FieldCounter)
    }
}

struct FieldCounter;

impl<'de> Visitor<'de> for FieldCounter {
    type Value = FieldCount;

    fn expecting(&self, formatter: &mut Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<FieldCount, A::Error> {
        let mut count = 0;
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(FieldCount(count))
    }
}

/// A value of JSON whose errors are [`FieldError`]s.
struct Json(Value);

impl<'de> IntoDeserializer<'de, FieldError> for Json {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json {
    type Error = FieldError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, FieldError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(values) => visitor.visit_seq(SeqDeserializer::new(values.into_iter().map(Self))),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (name, Self(value)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::explain;

    const DRAFT: &str = r#""draft":"019a2b1c-7d3f-7a11-8e5d-0c9b7a6f5e4d""#;

    /// A `history` frame with a wrong `before` and this many unknown fields.
    fn history_with_fields(count: usize) -> String {
        let unknown: String = (0..count).map(|n| format!(r#""a{n}":0,"#)).collect();
        format!(r#"{{"type":"history","ref":1,"topic":"tea",{unknown}"before":"x"}}"#)
    }

    #[test]
    fn each_error_names_the_field_and_its_form() {
        let topic = "`topic`: a topic's name is 1 to 64 of a-z, 0-9, '.', '_' and '-', and begins with a letter or a digit";
        for (frame, message) in [
            (r#"{"type":"publish","ref":1}"#.to_owned(), "`topic` is missing"),
            (r#"{"type":"read","topic":"tea"}"#.to_owned(), "`seq` is missing"),
            (r#"{"type":"read","topic":"tea","seq":-1}"#.to_owned(), "`seq` must be a whole number"),
            (r#"{"type":"read","topic":"tea","seq":1.5}"#.to_owned(), "`seq` must be a whole number"),
            (r#"{"type":"subscribe","ref":1,"topic":"No!"}"#.to_owned(), topic),
            (r#"{"type":"subscribe","ref":1,"topic":7}"#.to_owned(), "`topic` must be a string"),
            (
                r#"{"type":"subscribe","ref":1,"topic":"tea","echo":0}"#.to_owned(),
                "`echo` must be true or false",
            ),
            (
                r#"{"type":"subscribe","ref":1,"topic":"tea","since":7}"#.to_owned(),
                "`since` must be an object",
            ),
            (
                r#"{"type":"subscribe","ref":1,"topic":"tea","since":{"epoch":"x"}}"#.to_owned(),
                "`since`: `seq` is missing",
            ),
            (
                r#"{"type":"publish","ref":1,"topic":"tea","draft":"x","body":"hi"}"#.to_owned(),
                "`draft` must be a UUID",
            ),
            (
                r#"{"type":"follow","ref":1,"topic":"tea","follow":"loud"}"#.to_owned(),
                "`follow` must be one of `none`, `following`, `muted`",
            ),
            (
                r#"{"type":"search","ref":1,"query":"tea","offsets":60}"#.to_owned(),
                "`offsets` must be a list",
            ),
            (
                r#"{"type":"history","ref":1,"topic":"tea"}"#.to_owned(),
                "one of `before`, `after`, `around` is missing",
            ),
            (
                r#"{"type":"history","ref":1,"topic":"tea","before":"x"}"#.to_owned(),
                "`before` must be a whole number",
            ),
            (
                format!(r#"{{"type":"create_topic","ref":1,"topic":"tea",{DRAFT},"title":5}}"#),
                "`title` must be a string",
            ),
            (r#"{"type":"typing","topic":"tea","topic":"tea"}"#.to_owned(), "a field is given twice"),
            (history_with_fields(8), "`before` must be a whole number"),
            (
                history_with_fields(5_000),
                "a field is wrong or missing, and the frame has too many fields to say which",
            ),
            ("[1]".to_owned(), "the frame is not a JSON object"),
        ] {
            assert_eq!(explain(&frame), message, "{frame}");
        }
    }
}
