//! Rules about the sources that no type expresses.

use std::{fs, path::Path};

use crate::rights::Door;

/// Modules that are compiled for tests only.
const TEST_MODULES: [&str; 4] = ["tests", "tests.rs", "model", "test_peer.rs"];

/// Returns the path within `server/src` and the text of each source, without its tests.
fn sources() -> Vec<(String, String)> {
    sources_in("src")
}

/// Returns the path and the text of each source in a folder, which is relative to this crate.
fn sources_in(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if TEST_MODULES.contains(&name.as_str()) {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                sources.push((path, code));
            }
        }
    }
    sources
}

/// Returns the files in which a text occurs, each as often as it does. A longer name that begins with the text does not count.
fn files_with(sources: &[(String, String)], text: &str) -> Vec<String> {
    let is_whole =
        |code: &str, end: usize| !code[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let count =
        |code: &str| code.match_indices(text).filter(|(at, _)| is_whole(code, at + text.len())).count();
    sources.iter().flat_map(|(path, code)| vec![path.clone(); count(code)]).collect()
}

#[test]
fn each_door_asks_at_exactly_one_place() {
    let mut sources = sources();
    sources.retain(|(path, _)| !path.starts_with("rights/"));
    for door in Door::ALL {
        let files = files_with(&sources, &format!("Door::{door:?}"));
        assert_eq!(files.len(), 1, "{door:?}: {files:?}");
    }
}

#[test]
fn nothing_but_tests_passes_the_doors() {
    let mut sources = sources();
    sources.retain(|(path, _)| !path.starts_with("rights/") && path != "event_log/new_event.rs");
    for text in ["Readable::unchecked", "Writable::unchecked", "ReadScope::unchecked", "NewEvent::unchecked"]
    {
        assert_eq!(files_with(&sources, text), [""; 0], "{text}");
    }
    assert_eq!(files_with(&sources, "NewMessage"), ["event_log/mod.rs"], "its re-export for the examples");
}

/// Otherwise a door would not know the roles and sanctions that a person gets.
#[test]
fn a_session_alone_says_who_its_person_is() {
    let mut sources = sources();
    sources.retain(|(path, _)| !path.starts_with("rights/"));
    assert_eq!(files_with(&sources, "Person::guest"), ["session/store.rs"], "a session without a row");
    assert_eq!(files_with(&sources, "Person::stored"), ["session/store.rs"]);
}

/// It reads without permits.
#[test]
fn only_the_delivery_between_nodes_has_a_node_log() {
    let mut sources = sources();
    sources.retain(|(path, _)| !path.starts_with("event_log/"));
    assert_eq!(files_with(&sources, "node_log"), ["chat/open.rs"]);
    sources.retain(|(path, _)| !path.starts_with("chat/remote/"));
    assert_eq!(files_with(&sources, "NodeLog"), [""; 0]);
}

/// The tables of the log demand no permits, and neither does the store of memberships, in which there are titles and counts of messages.
#[test]
fn tables_and_memberships_are_read_where_a_door_has_asked() {
    let mut sources = sources();
    sources.retain(|(path, _)| {
        !["event_log/", "members/", "maintenance/"].iter().any(|own| path.starts_with(own))
    });
    assert_eq!(files_with(&sources, "event_log::entity"), [""; 0]);
    let readers: [(&str, &[&str]); 5] = [
        ("members.memberships", &["chat/membership.rs"]),
        ("members.memberships_in", &["chat/v1/memberships.rs"]),
        ("members.followed_topics", &["chat/v1/memberships.rs"]),
        ("members.membership", &["chat/membership.rs", "chat/remote/people.rs"]),
        ("members::heads", &["chat/followers/mod.rs"]),
    ];
    for (text, files) in readers {
        let mut found = files_with(&sources, text);
        found.sort_unstable();
        assert_eq!(found, files, "{text}");
    }
}

/// A subscriber who was not asked for would get what others write.
#[test]
fn subscriptions_begin_at_two_places() {
    let mut sources = sources();
    sources.retain(|(path, _)| path.starts_with("chat/"));
    assert_eq!(files_with(&sources, "connection.subscribe"), ["chat/subscribe.rs"]);
    assert_eq!(files_with(&sources, "hub.subscribe"), ["chat/event_stream.rs"]);
}

/// Returns the files in which a text literal begins as a path does, each as often as it occurs, except where the path below which the
/// server answers is put before it.
fn files_with_paths(sources: &[(String, String)]) -> Vec<&str> {
    let begins_path = |rest: &str| rest.starts_with(|c: char| c.is_ascii_lowercase() || "?{\"".contains(c));
    let is_address = |before: &str| before.ends_with("address(format_args!(") || before.ends_with("below(");
    let count = |code: &str| {
        let literals = code.match_indices("\"/").map(|(at, text)| (&code[..at], &code[at + text.len()..]));
        literals.filter(|(before, rest)| begins_path(rest) && !is_address(before.trim_end())).count()
    };
    let mut files: Vec<&str> =
        sources.iter().flat_map(|(path, code)| vec![path.as_str(); count(code)]).collect();
    files.sort_unstable();
    files
}

/// Otherwise a page of a server below a path would leave it.
#[test]
fn pages_build_addresses_in_one_place() {
    let mut page = sources_in("../app/src");
    page.retain(|(path, _)| ["browser/", "chat/", "view/"].iter().any(|folder| path.starts_with(folder)));
    page.retain(|(path, _)| path != "browser/base_path/mod.rs");
    let others = [
        // Takes addresses apart.
        "browser/address/mod.rs",
        // Keys.
        "browser/shortcuts/bindings.rs",
        "browser/shortcuts/mod.rs",
        // Names of files, of which addresses are made.
        "chat/notifications/mod.rs",
        "chat/notifications/mod.rs",
        // A path that the server puts into a redirect.
        "view/components/language_switch.rs",
    ];
    assert_eq!(files_with_paths(&page), others);
    let mut markup = sources();
    markup.retain(|(path, code)| path.starts_with("http/") && code.contains("view!"));
    assert!(!markup.is_empty());
    for (path, code) in markup {
        for text in ["=\"/", "action=format!(", "href=format!(", "href=assets."] {
            assert!(!code.contains(text), "{path}: {text}");
        }
    }
}
