//! `chorus export` and `chorus import`.

use std::{fs, path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use tempfile::TempDir;
use testing::TestDatabase;

use crate::support::{
    program::{Program, chorus, runs, signal, text, tries, wait_for_exit},
    soon, start_in,
    topic_logs::{EVENTS, filled, logs_of},
};

testing::for_each_database!(
    an_exported_chat_is_imported_event_by_event,
    an_interrupted_export_and_import_go_on,
    another_event_in_an_events_place_is_an_error
);

async fn succeeds(directory: &TempDir, arguments: &str) -> String {
    let output = tries(directory, arguments).await;
    assert_eq!(output.status.code(), Some(0), "{arguments}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// Expects one line of error, which contains this.
async fn fails(directory: &TempDir, arguments: &str, with: &str) {
    let output = tries(directory, arguments).await;
    let line = text(&output.stderr);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""), "{arguments}: {line}");
    assert_eq!(line.lines().count(), 1, "{arguments}: {line}");
    assert!(line.contains(with), "{arguments}: {line}");
}

fn lines_of(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn an_exported_chat_is_imported_event_by_event(source: TestDatabase) {
    let directory = TempDir::new().unwrap();
    let from = source.url().to_owned();
    let (source, expected) = filled(source).await;
    // An export only reads, so a server may run.
    let server = source.restarts().await;
    succeeds(&directory, &format!("export --ndjson chat.ndjson --database {from}")).await;
    let piped = succeeds(&directory, &format!("export --ndjson - --database {from}")).await;
    assert_eq!(piped, fs::read_to_string(directory.path().join("chat.ndjson")).unwrap());
    fails(&directory, &format!("export --ndjson chat.ndjson --database {from}"), "chat.ndjson exists").await;
    let _source = server.stops().await;

    let lines = lines_of(&directory.path().join("chat.ndjson"));
    let of_type = |name: &str| lines.iter().filter(|line| line["type"] == name).count();
    assert_eq!((of_type("header"), of_type("topic"), of_type("event"), of_type("end")), (1, 2, EVENTS, 1));
    let kinds: Vec<_> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
    let in_lobby = ["message", "message", "deleted_message", "edit", "reaction", "deletion", "edit"];
    assert_eq!(kinds, [&in_lobby[..], &["message", "message"]].concat());
    assert!(!lines.iter().any(|line| line["body"] == "three"), "deleted texts are not exported");

    let targets = [Some(testing::sqlite()), testing::postgres()];
    for target in targets.into_iter().flatten() {
        let import = format!("import chat.ndjson --database {}", target.url());
        let printed = succeeds(&directory, &import).await;
        assert_eq!(printed, format!("Imported {EVENTS} events; 0 were there already\n"));
        let again = succeeds(&directory, &import).await;
        assert_eq!(again, format!("Imported 0 events; {EVENTS} were there already\n"));
        let server = start_in(target, "").await;
        assert_eq!(logs_of(&server).await, expected);
        let found = async {
            while !server.browser().gets("/api/v1/search?q=green").await.text.contains("green") {
                tokio::task::yield_now().await;
            }
        };
        soon("the search index", found).await;
        let mut ann = server.joins("Ann", "tea").await;
        assert_eq!(ann.publishes("more").await.seq, 3, "the log goes on");
        drop(server.stops().await);
    }
}

async fn an_interrupted_export_and_import_go_on(source: TestDatabase) {
    let directory = TempDir::new().unwrap();
    let from = source.url().to_owned();
    let (source, _) = filled(source).await;
    let file = directory.path().join("chat.ndjson");
    succeeds(&directory, &format!("export --ndjson chat.ndjson --database {from}")).await;
    // The state after an interruption behind the second message of the first topic, before two edits and a deletion.
    let server = source.restarts().await;
    let mut ann = server.joins("Ann", "lobby").await;
    ann.publishes("later").await;
    ann.leaves().await;
    let expected = logs_of(&server).await;
    let source = server.stops().await;
    let whole = fs::read_to_string(&file).unwrap();
    let begun: Vec<String> = whole
        .lines()
        .take(4)
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line["seq"] == 1 {
                line["body"] = "one ünï👍".into();
                line.as_object_mut()
                    .unwrap()
                    .retain(|name, _| !["revision", "html", "mentions"].contains(&name.as_str()));
            }
            format!("{line}\n")
        })
        .collect();
    // Half a line, as a killed process may leave it, is cut off.
    fs::write(&file, begun.concat() + "{\"type\":\"ev").unwrap();
    let export = |after: &str| format!("export --ndjson chat.ndjson --after {after} --database {from}");
    fails(&directory, &export("lobby:1"), "the file ends after lobby:2").await;
    fails(&directory, &export("lobby:99"), "the topic lobby has only").await;
    fs::write(&file, begun.concat()).unwrap();

    let target = testing::sqlite();
    let import = format!("import chat.ndjson --database {}", target.url());
    fails(&directory, &import, "the file ends before the export does: 2 events stored").await;
    fs::write(&file, begun.concat() + "{\"type\":\"ev").unwrap();
    succeeds(&directory, &export("lobby:2")).await;
    fails(&directory, &export("tea:2"), "is a complete export").await;
    let printed = succeeds(&directory, &import).await;
    assert_eq!(printed, format!("Imported {} events; 2 were there already\n", EVENTS - 1));
    let server = start_in(target, "").await;
    assert_eq!(logs_of(&server).await, expected);
    drop(source);
}

/// Writes copies of an export, each with one thing changed, which is the name of its file.
fn write_changed_exports(folder: &Path, whole: &str) {
    let header = whole.lines().next().unwrap();
    let changed = |name: &str, change: &dyn Fn(&mut Value)| {
        let lines = whole.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            change(&mut line);
            format!("{line}\n")
        });
        fs::write(folder.join(name), lines.collect::<String>()).unwrap();
    };
    changed("draft", &|line| {
        if line["seq"] == 2 {
            line["draft"] = "0190b3a0-0000-7000-8000-000000000002".into();
        }
    });
    changed("epoch", &|line| {
        if line["type"] == "topic" {
            line["epoch"] = "another".into();
        }
    });
    changed("chat", &|line| {
        if line["type"] == "header" {
            line["epoch"] = "another".into();
        }
    });
    changed("format", &|line| {
        if line["type"] == "header" {
            line["format"] = 99.into();
        }
    });
    fs::write(folder.join("text"), "no JSON\n").unwrap();
    fs::write(folder.join("headless"), whole.replacen(header, "{\"type\":\"end\"}", 1)).unwrap();
    changed("count", &|line| {
        if line["type"] == "end" {
            line["events"] = 99.into();
        }
    });
    changed("gap", &|line| {
        if line["seq"].as_u64() >= Some(2) {
            line["seq"] = (line["seq"].as_u64().unwrap() + 1).into();
        }
    });
}

async fn another_event_in_an_events_place_is_an_error(target: TestDatabase) {
    let directory = TempDir::new().unwrap();
    let source = testing::sqlite();
    let from = source.url().to_owned();
    let _source = filled(source).await;
    succeeds(&directory, &format!("export --ndjson chat.ndjson --database {from}")).await;
    let import = |file: &str| format!("import {file} --database {}", target.url());
    succeeds(&directory, &import("chat.ndjson")).await;

    let whole = fs::read_to_string(directory.path().join("chat.ndjson")).unwrap();
    write_changed_exports(directory.path(), &whole);
    for (file, with) in [
        ("count", "the export has 99 events of 2 topics"),
        ("draft", "another event than the export's is at 2 of lobby"),
        ("epoch", "the topic lobby has another history here"),
        ("chat", "holds another chat"),
        ("format", "the format is 99"),
        ("text", "line 1"),
        ("headless", "begins with a header"),
        ("missing", "cannot read missing"),
    ] {
        fails(&directory, &import(file), with).await;
    }
    let other = testing::sqlite();
    fails(&directory, &format!("import gap --database {}", other.url()), "the event 2 of lobby is missing")
        .await;
    fails(&directory, &format!("export --ndjson - --after nowhere:1 --database {from}"), "no topic nowhere")
        .await;
}

#[test]
fn an_import_that_is_interrupted_has_stored_whole_batches() {
    let directory = TempDir::new().unwrap();
    let header = r#"{"type":"header","format":1,"epoch":"0011223344556677"}
{"type":"topic","topic":"lobby","epoch":"0011223344556677","created_at":1}
"#;
    let event = |seq: u64| {
        format!(
            r#"{{"type":"event","topic":"lobby","seq":{seq},"at":{seq},"kind":"message","author_name":"Ann","body":"{seq}",
"author":"0190b3a0-0000-7000-8000-000000000001","draft":"0190b3a0-0000-7000-9000-{seq:012}"}}"#
        )
        .replace('\n', "")
            + "\n"
    };
    let events: String = (1..=3_000).map(event).collect();
    fs::write(directory.path().join("chat"), [header, &events, "{\"type\":\"end\"}\n"].concat()).unwrap();
    let mut command = chorus(&directory, "import chat --database sqlite://x.db");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    signal(child.id(), "INT");
    wait_for_exit(child);
    let done = runs(&directory, "import chat --database sqlite://x.db");
    let printed = text(&done.stdout);
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
    let counts: Vec<u64> =
        printed.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert_eq!(counts.iter().sum::<u64>(), 3_000, "{printed}");
    assert_eq!(counts[1] % 500, 0, "{printed}");
}

#[test]
fn a_signal_ends_an_import_that_waits_for_its_input() {
    let directory = TempDir::new().unwrap();
    let mut command = chorus(&directory, "import - --database sqlite://x.db");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = Program::from(command.spawn().unwrap());
    let _open = program.stdin.take();
    // It listens for signals before it opens the database.
    while !directory.path().join("x.db").exists() {
        assert!(program.try_wait().unwrap().is_none(), "it ended early");
        std::thread::sleep(Duration::from_millis(10));
    }
    signal(program.id(), "INT");
    let output = wait_for_exit(program);
    let error = text(&output.stderr);
    assert_eq!((output.status.code(), error.contains("interrupted")), (Some(1), true), "{error}");
}
