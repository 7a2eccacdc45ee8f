//! What one method of one address takes and answers.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::schemas::Schemas;

const EVENT_STREAM: &str = "text/event-stream";

type Make = fn(&mut SchemaGenerator) -> Schema;

/// Who may call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Anyone, whatever the server's secret.
    Open,
    /// Anyone who is let in.
    Reader,
    /// Somebody with a session.
    Caller,
    /// Somebody with a session, who says what is to be done once.
    Writer,
}

/// What one method of one address takes and answers.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) method: &'static str,
    id: &'static str,
    summary: &'static str,
    access: Access,
    query: Option<Make>,
    body: Option<Make>,
    answers: Vec<(u16, &'static str, Make)>,
    media_type: &'static str,
}

impl Operation {
    pub(super) fn new(
        access: Access,
        (method, path): (&'static str, &'static str),
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let answers = Vec::new();
        Self {
            path,
            method,
            id,
            summary,
            access,
            query: None,
            body: None,
            answers,
            media_type: "application/json",
        }
    }

    /// The fields of its query.
    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(T::json_schema), ..self }
    }

    /// The fields of its body.
    pub(super) fn body<T: JsonSchema>(self) -> Self {
        Self { body: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// An answer that it gives when it does what was asked.
    pub(super) fn answers<T: JsonSchema>(mut self, status: u16, when: &'static str) -> Self {
        self.answers.push((status, when, SchemaGenerator::subschema_for::<T>));
        self
    }

    /// Its answers are a stream of events.
    pub(super) fn streams(self) -> Self {
        Self { media_type: EVENT_STREAM, ..self }
    }

    /// The operation as OpenAPI describes it.
    pub(super) fn describe(&self, schemas: &mut Schemas) -> Value {
        let mut responses = Map::new();
        for (status, when, make) in &self.answers {
            let content = json!({ self.media_type: { "schema": make(&mut schemas.sent) } });
            responses.insert(status.to_string(), json!({ "description": when, "content": content }));
        }
        responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "parameters": self.parameters(schemas),
            "responses": responses,
            "security": self.security(),
        });
        if let Some(make) = self.body {
            let content = json!({ "application/json": { "schema": make(&mut schemas.taken) } });
            operation["requestBody"] = json!({ "content": content });
        }
        operation
    }

    fn parameters(&self, schemas: &mut Schemas) -> Vec<Value> {
        let names = self.path.split(['{', '}']).skip(1).step_by(2);
        let mut parameters: Vec<_> =
            names.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect();
        if self.access == Access::Writer {
            parameters.push(json!({ "$ref": "#/components/parameters/draft" }));
        }
        if self.media_type == EVENT_STREAM {
            parameters.push(json!({ "$ref": "#/components/parameters/last" }));
        }
        if let Some(make) = self.query {
            parameters.extend(query(make(&mut schemas.taken)));
        }
        parameters
    }

    fn security(&self) -> Value {
        match self.access {
            Access::Open => json!([{}]),
            Access::Reader => json!([{}, { "secret": [] }]),
            Access::Caller | Access::Writer => json!([{ "session": [] }, { "session": [], "secret": [] }]),
        }
    }
}

/// A parameter for each field.
fn query(fields: Schema) -> Vec<Value> {
    let fields = fields.to_value();
    let required = fields["required"].as_array().cloned().unwrap_or_default();
    let properties = fields["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        without_null(&mut schema);
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let required = required.contains(&json!(name));
        let mut parameter = json!({ "name": name, "in": "query", "required": required, "schema": schema });
        if let Some(description) = description {
            parameter["description"] = description;
        }
        parameter
    };
    properties.into_iter().map(parameter).collect()
}

/// A field of a query is there or not; it is never null.
fn without_null(schema: &mut Value) {
    if let Some(types) = schema["type"].as_array() {
        let kept: Vec<_> = types.iter().filter(|kind| *kind != "null").cloned().collect();
        schema["type"] = if kept.len() == 1 { kept[0].clone() } else { kept.into() };
    }
    let options = schema["anyOf"].as_array().into_iter().flatten();
    let kept: Vec<_> = options.filter(|option| option["type"] != "null").cloned().collect();
    if let ([Value::Object(only)], Value::Object(schema)) = (&*kept, schema) {
        schema.remove("anyOf");
        schema.extend(only.clone());
    }
}
