//! The schemas of types, by their names.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value};

/// Schemas of what clients send, and of what the server sends. The two differ: what may be left out of the one may always stand
/// in the other.
pub(super) struct Schemas {
    /// What the server takes.
    pub(super) taken: SchemaGenerator,
    /// What the server sends.
    pub(super) sent: SchemaGenerator,
}

impl Schemas {
    /// Schemas that refer to each other under a path of their document, a JSON pointer.
    pub(super) fn under(path: &str) -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = path.to_owned().into();
                settings.meta_schema = None;
            })
        };
        Self { taken: settings().into_generator(), sent: settings().for_serialize().into_generator() }
    }

    /// All schemas that were referred to. A type that is sent and taken in different forms must not be referred to in both
    /// ways: the tests run with this assertion.
    pub(super) fn into_definitions(mut self) -> Map<String, Value> {
        let mut definitions = self.taken.take_definitions(true);
        for (name, schema) in self.sent.take_definitions(true) {
            let other = definitions.get(&name).is_some_and(|taken| *taken != schema);
            assert!(!other || !cfg!(test), "{name} is sent in another form than it is taken in");
            definitions.insert(name, schema);
        }
        definitions
    }
}
