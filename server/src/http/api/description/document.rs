//! The two documents: OpenAPI for the API, and JSON Schema for the WebSocket frames.

use app::protocol::{ClientFrame, DraftId, Emoji, ServerFrame, TopicName, UserId};
use serde_json::{Map, Value, json};

use super::{super::problem::Problem, operations::operations, schemas::Schemas};

/// The OpenAPI 3.1 document of the API.
///
/// `server` is the URL of the server, which a relative one is with regard to the document (OpenAPI 3.1, section 4.8.5).
pub(super) fn openapi(server: &str) -> Value {
    let mut schemas = Schemas::at("/components/schemas");
    let paths = paths(&mut schemas);
    let parameters = parameters(&mut schemas);
    let problem = schemas.response.subschema_for::<Problem>();
    let mut definitions = schemas.into_definitions();
    refuse_unknown_fields(&mut definitions);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chorus",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The actions of chorus.v1 over HTTP. PROTOCOL.md explains them.",
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "parameters": parameters,
            "responses": { "Problem": {
                "description": "The request failed",
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
                    "description": "The cookie that POST /api/v1/session sets; its name ends with digits that differ between servers",
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

/// Path and header parameters.
fn parameters(schemas: &mut Schemas) -> Value {
    let parameter = |place: &str, name: &str, description: &str, schema: Value| json!({ "name": name, "in": place, "required": true, "description": description, "schema": schema });
    let message = json!({ "type": "integer", "format": "uint64", "minimum": 1 });
    json!({
        "topic": parameter("path", "topic", "The topic's name", schemas.request.subschema_for::<TopicName>().to_value()),
        "message": parameter("path", "message", "The message's `seq`", message),
        "emoji": parameter("path", "emoji", "One emoji", schemas.request.subschema_for::<Emoji>().to_value()),
        "user": parameter("path", "user", "The person's id", schemas.request.subschema_for::<UserId>().to_value()),
        "network": parameter("path", "network", "An IPv4 address, an IPv6 address, or an IPv6 network of 64 bits", json!({ "type": "string" })),
        "last": {
            "name": "Last-Event-ID", "in": "header", "description": "The id of the last event that was received; wins over `after`",
            "schema": { "type": "string" },
        },
        "draft": parameter(
            "header",
            "Idempotency-Key",
            "The draft id: a UUID that stays the same when the request is retried, so that it is done only once",
            schemas.request.subschema_for::<DraftId>().to_value(),
        ),
    })
}

/// The server rejects unknown fields in request bodies. These are the types whose names end in `Body`.
fn refuse_unknown_fields(definitions: &mut Map<String, Value>) {
    for (_, body) in definitions.iter_mut().filter(|(name, _)| name.ends_with("Body")) {
        body["additionalProperties"] = json!(false);
    }
}

/// The JSON Schema of the frames of `chorus.v1`, one for client frames and one for server frames.
pub(super) fn frames() -> Value {
    let mut schemas = Schemas::at("/$defs");
    schemas.request.subschema_for::<ClientFrame>();
    schemas.response.subschema_for::<ServerFrame>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The frames of chorus.v1",
        "description": "Ignore unknown fields and unknown types of frames.",
        "anyOf": [{ "$ref": "#/$defs/ClientFrame" }, { "$ref": "#/$defs/ServerFrame" }],
        "$defs": schemas.into_definitions(),
    })
}
