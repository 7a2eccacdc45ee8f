use std::collections::BTreeSet;

use serde_json::json;

use super::{super::paths, *};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Collects all `$ref`s of a document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn the_described_paths_are_the_routed_paths() {
    let document = document::openapi("/");
    let routes: BTreeSet<_> = paths().into_iter().map(|(path, _)| path).collect();
    assert_eq!(keys(&document["paths"]), routes);
}

#[test]
fn every_reference_resolves() {
    for document in [document::openapi("/"), document::frames()] {
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 5, "{found:?}");
        for reference in found {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
    }
}

#[test]
fn the_older_names_of_parameters_are_deprecated() {
    let document = document::openapi("/");
    let paths = document["paths"].as_object().unwrap().iter();
    let parameters = paths.flat_map(|(path, methods)| {
        let parameters = methods["get"]["parameters"].as_array().into_iter().flatten();
        parameters.map(move |parameter| (path, parameter))
    });
    let deprecated: Vec<_> = parameters
        .filter(|(_, parameter)| parameter["deprecated"] == json!(true))
        .map(|(path, parameter)| format!("{path} {}", parameter["name"].as_str().unwrap()))
        .collect();
    assert_eq!(deprecated, ["/api/v1/search after", "/api/v1/topics after", "/api/v1/topics skip"]);
}
