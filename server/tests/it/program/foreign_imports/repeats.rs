//! Imports of an export that was imported before, as it was or as it is later.

use std::{fs, path::Path, process::Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use testing::TestDatabase;

use super::{events_of, imports, message, slack_export};
use crate::support::{
    program::{chorus, runs, signal, text, wait_for_exit},
    start_in,
};

testing::for_each_database!(
    a_later_export_goes_on_behind_what_people_wrote,
    messages_that_zulip_has_moved_stay_where_they_are,
    many_channels_with_one_name_get_numbers,
);

async fn a_later_export_goes_on_behind_what_people_wrote(target: TestDatabase) {
    let url = target.url().to_owned();
    let server = start_in(target, "").await;
    let mut ann = server.joins("Ann", "general").await;
    ann.publishes("first").await;
    ann.leaves().await;
    let stopped = server.stops().await;
    let first = slack_export(&[("2023-11-14", vec![message(10, "one"), message(11, "two")])]);
    let printed = imports(first.path(), &url).await;
    assert_eq!(printed[0], "Imported 3 events; 0 were there already");

    let server = stopped.restarts().await;
    assert_eq!(events_of(&server, "general").await.len(), 1, "a topic of the same name is another one");
    let mut ann = server.joins("Ann", "general-2").await;
    assert_eq!(ann.publishes("here").await.seq, 4);
    ann.leaves().await;
    let stopped = server.stops().await;
    let mut edited = message(10, "one, changed");
    edited["edited"] = json!({ "user": "U1", "ts": "20.000000" });
    edited["reactions"] = json!([{ "name": "tada", "users": ["U2"], "count": 3 }]);
    let mut answer = message(12, "three");
    answer["thread_ts"] = json!("10.000100");
    let mut lost = message(13, "four");
    lost["thread_ts"] = json!("5.000100");
    let later = slack_export(&[
        ("2023-11-14", vec![edited, message(11, "two")]),
        ("2023-11-15", vec![answer, lost, message(14, &"word ".repeat(4_000))]),
    ]);
    let printed = imports(later.path(), &url).await;
    assert_eq!(
        printed,
        [
            "Imported 5 events; 3 were there already",
            "1 changes of messages that an earlier import had stored left out",
            "1 messages were too long and became several",
            "2 reactions left out: the export does not say whose they are",
            "1 replies to messages that are not there, kept as messages",
        ]
    );
    let server = stopped.restarts().await;
    let lines = events_of(&server, "general-2").await;
    assert_eq!(
        lines[1..7],
        [
            "2 10000 U1: one",
            "3 11000 U1: two",
            &lines[3],
            "5 10000 U2: 🎉 2",
            "6 12000 U1: re 2: three",
            "7 13000 U1: four",
        ]
    );
    assert_eq!(lines.len(), 9, "a long message is two");
    drop(server.stops().await);
}

#[test]
fn an_import_that_is_interrupted_goes_on() {
    let directory = TempDir::new().unwrap();
    let days: Vec<(String, Vec<serde_json::Value>)> = (1..=30_u64)
        .map(|day| {
            (format!("2023-11-{day:02}"), (1..=100).map(|n| message(day * 1_000 + n, "text")).collect())
        })
        .collect();
    let days: Vec<_> = days.iter().map(|(day, messages)| (day.as_str(), messages.clone())).collect();
    let folder = slack_export(&days);
    let arguments = format!("import {} --database sqlite://x.db", folder.path().display());
    let mut command = chorus(&directory, &arguments);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    signal(child.id(), "INT");
    wait_for_exit(child);
    for _ in 0..2 {
        let done = runs(&directory, &arguments);
        let printed = text(&done.stdout);
        assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
        let counts = printed.lines().next().unwrap().split(|c: char| !c.is_ascii_digit());
        let counts: Vec<u64> = counts.filter_map(|n| n.parse().ok()).collect();
        assert_eq!(counts.iter().sum::<u64>(), 3_001, "{printed}");
    }
}

/// Writes an export of a public channel of Zulip. A message is its id, its topic and its text.
fn zulip_export(folder: &Path, messages: &[(u64, &str, &str)]) {
    let realm = json!({
        "zerver_realm": [{ "id": 2, "string_id": "", "date_created": 1_700_000_000.5 }],
        "zerver_userprofile": [{ "id": 11, "full_name": "Ann" }],
        "zerver_stream": [{ "id": 21, "name": "tea" }],
        "zerver_recipient": [{ "id": 31, "type": 2, "type_id": 21 }],
    });
    fs::write(folder.join("realm.json"), realm.to_string()).unwrap();
    let row = |(id, topic, text): &(u64, &str, &str)| json!({ "id": id, "sender": 11, "recipient": 31, "subject": topic, "content": text, "date_sent": 10 });
    let messages: Vec<Value> = messages.iter().map(row).collect();
    let file = json!({ "zerver_message": messages }).to_string();
    fs::write(folder.join("messages-000001.json"), file).unwrap();
}

async fn messages_that_zulip_has_moved_stay_where_they_are(target: TestDatabase) {
    let url = target.url().to_owned();
    let folder = TempDir::new().unwrap();
    zulip_export(folder.path(), &[(1, "green", "one"), (2, "green", "two"), (3, "black", "three")]);
    let printed = imports(folder.path(), &url).await;
    assert_eq!(printed[0], "Imported 5 events; 0 were there already");

    // One topic is resolved, and a message has left it for the other.
    let later = [(1, "✔ green", "one"), (2, "black", "two"), (3, "black", "three"), (4, "✔ green", "four")];
    zulip_export(folder.path(), &later);
    let printed = imports(folder.path(), &url).await;
    assert_eq!(
        printed,
        [
            "Imported 1 events; 4 were there already",
            "1 messages that moved to another topic after an earlier import stay where they are",
        ]
    );
    let server = start_in(target, "").await;
    let green = events_of(&server, "tea-green").await;
    assert_eq!(green[1..], ["2 10000 Ann: one", "3 10000 Ann: two", "4 10000 Ann: four"]);
    let black = events_of(&server, "tea-black").await;
    assert_eq!(black[1..], ["2 10000 Ann: three"]);
    drop(server.stops().await);
}

async fn many_channels_with_one_name_get_numbers(target: TestDatabase) {
    let url = target.url().to_owned();
    let folder = TempDir::new().unwrap();
    zulip_export(folder.path(), &[(1, "緑", "one"), (2, "黒", "two"), (3, "白", "three")]);
    let printed = imports(folder.path(), &url).await;
    assert_eq!(printed[0], "Imported 6 events; 0 were there already");
    let again = imports(folder.path(), &url).await;
    assert_eq!(again, ["Imported 0 events; 6 were there already"]);
    let server = start_in(target, "").await;
    let mut titles = Vec::new();
    for topic in ["tea", "tea-2", "tea-3"] {
        titles.push(events_of(&server, topic).await.remove(0));
    }
    titles.sort_unstable();
    let title = |name: &str| format!("1 10000 Zulip: about \"tea > {name}\" \"\"");
    assert_eq!(titles, ["白", "緑", "黒"].map(title));
    drop(server.stops().await);
}
