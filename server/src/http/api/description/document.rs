//! The two documents: OpenAPI of the API, and JSON Schema of the socket's frames.

use app::protocol::{ClientFrame, DraftId, Emoji, ServerFrame, TopicName};
use serde_json::{Map, Value, json};

use super::{super::problem::Problem, operations::operations, schemas::Schemas};

/// The API as OpenAPI 3.1 describes it.
pub(super) fn openapi() -> Value {
    let mut schemas = Schemas::under("/components/schemas");
    let paths = paths(&mut schemas);
    let parameters = parameters(&mut schemas);
    let problem = schemas.sent.subschema_for::<Problem>();
    let mut definitions = schemas.into_definitions();
    refuse_unknown_fields(&mut definitions);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chorus",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The verbs of chorus.v1 over HTTP. PROTOCOL.md tells what they mean.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "parameters": parameters,
            "responses": { "Problem": {
                "description": "Why the request was not done",
                "headers": { "Retry-After": {
                    "description": "Seconds until the same request may succeed; the same time as `retry_ms`",
                    "schema": { "type": "integer", "minimum": 1 },
                } },
                "content": { "application/json": { "schema": problem } },
            } },
            "securitySchemes": {
                "secret": { "type": "http", "scheme": "bearer", "description": "The server's access secret, if it has one" },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "chorus_session",
                    "description": "The cookie that POST /api/v1/session sets; its name goes on with digits of the server's own",
                },
            },
        },
    })
}

fn paths(schemas: &mut Schemas) -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = operation.describe(schemas);
    }
    paths
}

/// What stands in addresses and heads.
fn parameters(schemas: &mut Schemas) -> Value {
    let parameter = |place: &str, name: &str, description: &str, schema: Value| json!({ "name": name, "in": place, "required": true, "description": description, "schema": schema });
    let message = json!({ "type": "integer", "format": "uint64", "minimum": 1 });
    json!({
        "topic": parameter("path", "topic", "The topic's name", schemas.taken.subschema_for::<TopicName>().to_value()),
        "message": parameter("path", "message", "The message's `seq`", message),
        "emoji": parameter("path", "emoji", "One emoji", schemas.taken.subschema_for::<Emoji>().to_value()),
        "last": {
            "name": "Last-Event-ID", "in": "header", "description": "The id of the last event that came; wins over `after`",
            "schema": { "type": "string" },
        },
        "draft": parameter(
            "header",
            "Idempotency-Key",
            "The draft: a UUID that is made before the first try, so that a retry is harmless",
            schemas.taken.subschema_for::<DraftId>().to_value(),
        ),
    })
}

/// Bodies are the types whose names say so.
fn refuse_unknown_fields(definitions: &mut Map<String, Value>) {
    for (_, body) in definitions.iter_mut().filter(|(name, _)| name.ends_with("Body")) {
        body["additionalProperties"] = json!(false);
    }
}

/// The frames of `chorus.v1`, one schema for those that a client sends and one for those that a server sends.
pub(super) fn frames() -> Value {
    let mut schemas = Schemas::under("/$defs");
    schemas.taken.subschema_for::<ClientFrame>();
    schemas.sent.subschema_for::<ServerFrame>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The frames of chorus.v1",
        "description": "Fields and types of frames that you do not know are to be ignored.",
        "anyOf": [{ "$ref": "#/$defs/ClientFrame" }, { "$ref": "#/$defs/ServerFrame" }],
        "$defs": schemas.into_definitions(),
    })
}
