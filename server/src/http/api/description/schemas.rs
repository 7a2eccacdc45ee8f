//! Schemas by type name.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// Schemas of requests and of responses. The two differ: a field with a default is optional in a request and required in a response.
pub(super) struct Schemas {
    pub(super) request: SchemaGenerator,
    pub(super) response: SchemaGenerator,
}

impl Schemas {
    /// Creates schemas that refer to each other under `path`, a JSON pointer into the document.
    pub(super) fn at(path: &str) -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.to_owned().into();
                settings.meta_schema = None;
            })
        };
        Self { request: settings().into_generator(), response: settings().for_serialize().into_generator() }
    }

    /// Returns all schemas that were referred to. They share one namespace, so a type whose request and response schemas differ must not
    /// occur in both. The assertion is on in tests only.
    pub(super) fn into_definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.request.take_definitions(true);
        for (name, schema) in self.response.take_definitions(true) {
            let differs = definitions.get(&name).is_some_and(|request| *request != schema);
            assert!(!differs || !cfg!(test), "{name} has different schemas in requests and responses");
            definitions.insert(name, schema);
        }
        definitions
    }
}
