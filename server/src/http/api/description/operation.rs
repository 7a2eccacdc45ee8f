//! The description of one method of one path.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::schemas::Schemas;

const EVENT_STREAM: &str = "text/event-stream";

type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// The authorization that an operation requires.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Authorization {
    /// None, even on a server with an access secret.
    Public,
    /// The access secret, if the server has one.
    Reader,
    /// A session.
    Caller,
    /// A session; the request carries an idempotency key.
    Writer,
}

pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) method: &'static str,
    id: &'static str,
    summary: &'static str,
    authorization: Authorization,
    query: Option<SchemaFn>,
    body: Option<SchemaFn>,
    responses: Vec<(u16, &'static str, SchemaFn)>,
    media_type: &'static str,
}

impl Operation {
    pub(super) fn new(
        authorization: Authorization,
        (method, path): (&'static str, &'static str),
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            path,
            method,
            id,
            summary,
            authorization,
            query: None,
            body: None,
            responses: Vec::new(),
            media_type: "application/json",
        }
    }

    /// Sets the type of the query.
    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(T::json_schema), ..self }
    }

    /// Sets the type of the request body.
    pub(super) fn body<T: JsonSchema>(self) -> Self {
        Self { body: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Adds a successful response.
    pub(super) fn response<T: JsonSchema>(mut self, status: u16, description: &'static str) -> Self {
        self.responses.push((status, description, SchemaGenerator::subschema_for::<T>));
        self
    }

    /// Declares the response a stream of server-sent events.
    pub(super) fn event_stream(self) -> Self {
        Self { media_type: EVENT_STREAM, ..self }
    }

    /// Returns the OpenAPI operation object.
    pub(super) fn describe(&self, schemas: &mut Schemas) -> Value {
        let mut responses = Map::new();
        for (status, description, schema) in &self.responses {
            let content = json!({ self.media_type: { "schema": schema(&mut schemas.response) } });
            responses.insert(status.to_string(), json!({ "description": description, "content": content }));
        }
        responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
        let mut operation = json!({
            "operationId": self.id,
            "summary": self.summary,
            "parameters": self.parameters(schemas),
            "responses": responses,
            "security": self.security(),
        });
        if let Some(schema) = self.body {
            let content = json!({ "application/json": { "schema": schema(&mut schemas.request) } });
            operation["requestBody"] = json!({ "content": content });
        }
        operation
    }

    fn parameters(&self, schemas: &mut Schemas) -> Vec<Value> {
        let names = self.path.split(['{', '}']).skip(1).step_by(2);
        let mut parameters: Vec<_> =
            names.map(|name| json!({ "$ref": format!("#/components/parameters/{name}") })).collect();
        if self.authorization == Authorization::Writer {
            parameters.push(json!({ "$ref": "#/components/parameters/draft" }));
        }
        if self.media_type == EVENT_STREAM {
            parameters.push(json!({ "$ref": "#/components/parameters/last" }));
        }
        if let Some(schema) = self.query {
            parameters.extend(query_parameters(schema(&mut schemas.request)));
        }
        parameters
    }

    fn security(&self) -> Value {
        match self.authorization {
            Authorization::Public => json!([{}]),
            Authorization::Reader => json!([{}, { "secret": [] }]),
            Authorization::Caller | Authorization::Writer => {
                json!([{ "session": [] }, { "session": [], "secret": [] }])
            }
        }
    }
}

/// Converts the schema of a query type into one parameter for each field.
fn query_parameters(fields: Schema) -> Vec<Value> {
    let fields = fields.to_value();
    let required = fields["required"].as_array().cloned().unwrap_or_default();
    let properties = fields["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, mut schema): (String, Value)| {
        without_null(&mut schema);
        // OpenAPI has these beside the schema of a parameter.
        let moved = ["description", "deprecated"];
        let moved = moved.map(|key| (key, schema.as_object_mut().and_then(|schema| schema.remove(key))));
        let required = required.contains(&json!(name));
        let mut parameter = json!({ "name": name, "in": "query", "required": required, "schema": schema });
        for (key, value) in moved {
            if let Some(value) = value {
                parameter[key] = value;
            }
        }
        parameter
    };
    properties.into_iter().map(parameter).collect()
}

/// Removes `null` from an optional field's schema: a query parameter is absent and never null.
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
